// A page for one of the tenant's scripts: its code, a test input, the result.
import { lazy } from 'preact-iso';
import { useState } from 'preact/hooks';
import type { Json } from '../api';

export const Editor = lazy(() => import('./editor'));

export function Script({ label, code, save, example, run }: { label: string; code: string; save: (code: string) => Promise<unknown>; example: Json; run: (code: string, input: Json) => Promise<Json> }) {
  const [text, setText] = useState(code);
  const [kept, setKept] = useState(code);
  const [input, setInput] = useState(JSON.stringify(example, null, 2));
  const [outcome, setOutcome] = useState<{ text: string; isBad: boolean }>();
  const tell = (isBad: boolean, value: Json) => setOutcome({ isBad, text: typeof value === 'string' ? value : JSON.stringify(value, null, 2) });
  const keep = async () => {
    try {
      await save(text);
      setKept(text);
    } catch (error: any) {
      tell(true, error.message);
    }
  };
  const attempt = async () => {
    try {
      tell(false, await run(text, JSON.parse(input)));
    } catch (error: any) {
      tell(true, error.message);
    }
  };
  return (
    <>
      <Editor label={label} language="javascript" value={code} change={setText} />
      <div class="row">
        <button type="button" onClick={keep} disabled={text === kept}>Save</button>
        <button type="button" class="outline" onClick={attempt}>Try it</button>
      </div>
      <details>
        <summary>Test input</summary>
        <Editor label="Test input" language="json" value={input} change={setInput} />
      </details>
      <div aria-live="polite">{outcome && <pre class={outcome.isBad ? 'outcome bad' : 'outcome'} tabIndex={0}><code>{outcome.text}</code></pre>}</div>
    </>
  );
}
