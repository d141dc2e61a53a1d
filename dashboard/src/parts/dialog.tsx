// Dialogs: a confirmation, and the few questions for creating something.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { attempt } from './notices';

function Dialog({ title, close, children }: { title: string; close: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="dialog-title">
      <article>
        <h2 id="dialog-title">{title}</h2>
        {children}
      </article>
    </dialog>
  );
}

/** A button that asks first. */
export function Dangerous({ name, question, action, done, then }: { name: string; question: string; action: () => Promise<unknown>; done: string; then?: () => void }) {
  const [asks, setAsks] = useState(false);
  const go = async () => {
    setAsks(false);
    if (await attempt(action, done)) then?.();
  };
  return (
    <>
      <button type="button" class="outline danger" onClick={() => setAsks(true)}>{name}</button>
      {asks && (
        <Dialog title={name} close={() => setAsks(false)}>
          <p>{question}</p>
          <div class="row end">
            <button type="button" class="outline secondary" onClick={() => setAsks(false)}>Cancel</button>
            <button type="button" class="danger" onClick={go}>{name}</button>
          </div>
        </Dialog>
      )}
    </>
  );
}

export interface Question {
  name: string;
  label: string;
  type?: string;
  help?: string;
  options?: [string, string][];
  value?: string;
  optional?: boolean;
}

export type Answers = Record<string, string>;

/** A button that creates something from a few answers; `lines` gives its lines for the tenant file. */
export function Create({ name, questions, action, done, lines }: { name: string; questions: Question[]; action: (answers: Answers) => Promise<unknown>; done: string; lines?: (answers: Answers) => string }) {
  const [open, setOpen] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const answers = Object.fromEntries(new FormData(event.currentTarget as HTMLFormElement)) as Answers;
    setOpen(false);
    await attempt(() => action(answers), done, lines?.(answers));
  };
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>{name}</button>
      {open && (
        <Dialog title={name} close={() => setOpen(false)}>
          <form onSubmit={submit}>
            {questions.map((q) => (
              <label key={q.name}>
                {q.label}
                {q.options ? (
                  <select name={q.name} defaultValue={q.value}>{q.options.map(([value, text]) => <option key={value} value={value}>{text}</option>)}</select>
                ) : (
                  <input name={q.name} type={(q.type ?? 'text') as 'text'} defaultValue={q.value} required={!q.optional} autocomplete={q.type === 'password' ? 'new-password' : 'off'} />
                )}
                {q.help && <small>{q.help}</small>}
              </label>
            ))}
            <div class="row end">
              <button type="button" class="outline secondary" onClick={() => setOpen(false)}>Cancel</button>
              <button type="submit">Create</button>
            </div>
          </form>
        </Dialog>
      )}
    </>
  );
}
