// An editor for code and JSON. It lives in a shadow root, where its styles are sheets that the page's policy allows.
import { useEffect, useRef } from 'preact/hooks';
import { javascript } from '@codemirror/lang-javascript';
import { json } from '@codemirror/lang-json';
import { basicSetup, EditorView } from 'codemirror';

const look = EditorView.theme({
  '&': { border: '1px solid var(--pico-form-element-border-color)', borderRadius: '6px', fontSize: '14px', maxHeight: '60vh', color: '#15181e', backgroundColor: '#fff' },
  '.cm-content': { minHeight: '8em', fontFamily: 'ui-monospace, monospace' },
});

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
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label }),
        EditorView.updateListener.of((update) => update.docChanged && told.current(update.state.doc.toString())),
      ],
    });
    return () => view.destroy();
  }, []);
  return <div class="editor" ref={place} />;
}
