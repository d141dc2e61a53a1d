// An editor for code and JSON. It lives in a shadow root, where its styles are sheets that the page's policy allows.
import { useEffect, useRef } from 'preact/hooks';
import { javascript } from '@codemirror/lang-javascript';
import { json } from '@codemirror/lang-json';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { tags } from '@lezer/highlight';
import { basicSetup, EditorView } from 'codemirror';

const isDark = matchMedia('(prefers-color-scheme: dark)').matches;

// The editor's own colours suit only light backgrounds.
const inks = HighlightStyle.define([
  { tag: tags.keyword, color: '#d8a6ff' },
  { tag: [tags.string, tags.special(tags.string)], color: '#a5d6a7' },
  { tag: [tags.number, tags.bool, tags.null], color: '#ffcc80' },
  { tag: tags.comment, color: '#9aa4b2' },
  { tag: [tags.propertyName, tags.definition(tags.variableName), tags.function(tags.variableName)], color: '#8cc8f5' },
]);

const look = EditorView.theme({
  '&': { border: '1px solid var(--pico-form-element-border-color)', borderRadius: '6px', fontSize: '14px', maxHeight: '60vh', color: isDark ? '#eceff4' : '#15181e', backgroundColor: isDark ? '#11151b' : '#fff' },
  '.cm-gutters': isDark ? { backgroundColor: '#191e26', color: '#a3acba', border: 'none' } : {},
  '.cm-activeLine, .cm-activeLineGutter': isDark ? { backgroundColor: '#1d2530' } : {},
  '.cm-cursor': { borderLeftColor: isDark ? '#eceff4' : '#15181e' },
  '.cm-content': { minHeight: '8em', fontFamily: 'ui-monospace, monospace' },
}, { dark: isDark });

export default function Editor({ label, language, value, change }: { label: string; language: 'javascript' | 'json'; value: string; change: (text: string) => void }) {
  const place = useRef<HTMLDivElement>(null);
  const told = useRef(change);
  told.current = change;
  useEffect(() => {
    const root = place.current!.shadowRoot ?? place.current!.attachShadow({ mode: 'open' });
    const view = new EditorView({
      doc: value,
      root,
      parent: root,
      extensions: [
        basicSetup,
        language === 'json' ? json() : javascript(),
        look,
        ...(isDark ? [syntaxHighlighting(inks)] : []),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label }),
        EditorView.updateListener.of((update) => update.docChanged && told.current(update.state.doc.toString())),
      ],
    });
    return () => view.destroy();
  }, []);
  return <div class="editor" ref={place} />;
}
