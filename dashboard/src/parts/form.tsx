// A form for one of the tenant's documents, built from a description of its fields. It sends what was changed, and shows
// the lines that make the change permanent in the tenant file.
import { useState } from 'preact/hooks';
import type { Json } from '../api';
import { type Place, fileLines } from './file-lines';
import { complain, say } from './notices';

export interface Field {
  name: string; // a path: `jwt_configuration.alg`
  label: string;
  kind: 'text' | 'email' | 'url' | 'color' | 'number' | 'switch' | 'choice' | 'lines' | 'set' | 'long';
  help?: string;
  options?: [string, string][];
  min?: number;
  max?: number;
  unset?: Json; // the default if the document does not set it
}

const at = (document: Json, path: string) => path.split('.').reduce((v, name) => v?.[name], document);

function put(document: Json, path: string, value: Json): Json {
  const [name, ...rest] = path.split('.');
  return { ...document, [name]: rest.length ? put(document?.[name] ?? {}, rest.join('.'), value) : value };
}

const same = (x: Json, y: Json) => JSON.stringify(x) === JSON.stringify(y);

/** The members that changed, each whole: the API replaces them. */
export const difference = (before: Json, now: Json) =>
  Object.fromEntries(Object.entries(now).filter(([name, value]) => !same(value, before[name])));

function Control({ field, value, change }: { field: Field; value: Json; change: (value: Json) => void }) {
  const id = `field-${field.name.replaceAll('.', '-')}`;
  const help = field.help ? `${id}-help` : undefined;
  const shared = { id, name: field.name, 'aria-describedby': help };
  const text = (event: Event) => (event.currentTarget as HTMLInputElement).value;
  switch (field.kind) {
    case 'switch':
      return <input {...shared} type="checkbox" role="switch" checked={Boolean(value)} onChange={(e) => change(e.currentTarget.checked)} />;
    case 'choice':
      return <select {...shared} value={value} onChange={(e) => change(text(e))}>{field.options!.map(([v, name]) => <option key={v} value={v}>{name}</option>)}</select>;
    case 'lines':
      return <textarea {...shared} rows={Math.max(2, (value?.length ?? 0) + 1)} spellcheck={false} value={(value ?? []).join('\n')} onInput={(e) => change(text(e).split('\n').map((l) => l.trim()).filter(Boolean))} />;
    case 'long':
      return <textarea {...shared} rows={3} value={value ?? ''} onInput={(e) => change(text(e))} />;
    case 'number':
      return <input {...shared} type="number" min={field.min ?? 0} max={field.max} value={value} onInput={(e) => change(Number(text(e)))} />;
    default:
      return <input {...shared} type={field.kind as 'text'} value={value ?? ''} onInput={(e) => change(text(e))} />;
  }
}

function Set({ field, value, change }: { field: Field; value: string[]; change: (value: string[]) => void }) {
  const flip = (one: string, on: boolean) => change(on ? [...value, one] : value.filter((v) => v !== one));
  return (
    <fieldset>
      <legend>{field.label}</legend>
      {field.options!.map(([v, name]) => (
        <label key={v}><input type="checkbox" name={field.name} value={v} checked={value.includes(v)} onChange={(e) => flip(v, e.currentTarget.checked)} /> {name}</label>
      ))}
      {field.help && <small>{field.help}</small>}
    </fieldset>
  );
}

export interface FormProps {
  fields: Field[];
  document: Json;
  save: (change: Json) => Promise<Json>;
  place: Place;
  saved?: (document: Json) => void;
  changed?: (document: Json) => void;
  shown?: (change: Json) => Json; // the change as the file writes it
}

export function Form({ fields, document, save, place, saved, changed, shown }: FormProps) {
  const [before, setBefore] = useState(document);
  const [now, setNow] = useState(document);
  const [isSending, setSending] = useState(false);
  const valueOf = (field: Field) => at(now, field.name) ?? field.unset;
  const set = (field: Field) => (value: Json) => {
    const next = put(now, field.name, value);
    setNow(next);
    changed?.(next);
  };
  const change = difference(before, now);
  const isSame = Object.keys(change).length === 0;
  const submit = async (event: Event) => {
    event.preventDefault();
    setSending(true);
    try {
      const kept = { ...now, ...(await save(change)) };
      setBefore(kept);
      setNow(kept);
      saved?.(kept);
      say('Saved.', fileLines(place, shown ? shown(change) : change));
    } catch (error) {
      complain(error);
    }
    setSending(false);
  };
  return (
    <form class="settings" onSubmit={submit}>
      {fields.map((field) =>
        field.kind === 'set' ? (
          <Set key={field.name} field={field} value={valueOf(field) ?? []} change={set(field)} />
        ) : (
          <div key={field.name} class={`field ${field.kind}`}>
            <label for={`field-${field.name.replaceAll('.', '-')}`}>{field.label}</label>
            <Control field={field} value={valueOf(field)} change={set(field)} />
            {field.help && <small id={`field-${field.name.replaceAll('.', '-')}-help`}>{field.help}</small>}
          </div>
        ),
      )}
      <div class="row">
        <button type="submit" disabled={isSame} aria-busy={isSending}>Save</button>
        {!isSame && <button type="button" class="outline secondary" onClick={() => { setNow(before); changed?.(before); }}>Undo</button>}
      </div>
    </form>
  );
}
