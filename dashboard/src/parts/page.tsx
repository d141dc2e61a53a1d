// What pages are made of: a title, data being loaded, a list, tabs.
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Json } from '../api';
import { hush, hushElsewhere } from './notices';

export function Page({ title, children, back, actions }: { title: string; children: ComponentChildren; back?: [string, string]; actions?: ComponentChildren }) {
  useEffect(() => {
    document.title = `${title} · Ostia dashboard`;
    return hushElsewhere;
  }, [title]);
  return (
    <section class="page">
      {back && <p class="back"><a href={back[0]}>← {back[1]}</a></p>}
      <div class="title"><h1>{title}</h1>{actions && <div class="row">{actions}</div>}</div>
      {children}
    </section>
  );
}

/** The result of `load`, loaded again whenever one of `inputs` changes, and a way to reload it. */
export function useData<T = Json>(load: () => Promise<T>, inputs: unknown[] = []): { data: T | undefined; error: Error | undefined; reload: () => Promise<void>; set: (data: T) => void } {
  const [data, setData] = useState<T>();
  const [error, setError] = useState<Error>();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    load().then((value) => isCurrent && (setData(() => value), setError(undefined)), (e) => isCurrent && setError(e));
    return () => { isCurrent = false; };
  }, [...inputs, turn]);
  const reload = useCallback(async () => setTurn((n) => n + 1), []);
  return { data, error, reload, set: (value) => setData(() => value) };
}

export function Loaded<T>({ of, children }: { of: { data: T | undefined; error: Error | undefined }; children: (data: T) => ComponentChildren }) {
  if (of.error) return <p class="notice bad" role="alert">{of.error.message}</p>;
  if (of.data === undefined) return <p aria-busy="true">Loading…</p>;
  return <>{children(of.data)}</>;
}

export interface Column {
  title: string;
  show: (row: Json) => ComponentChildren;
}

export function List({ label, rows, columns, none }: { label: string; rows: Json[]; columns: Column[]; none: string }) {
  if (rows.length === 0) return <p class="none">{none}</p>;
  return (
    <div class="list" tabIndex={0} role="region" aria-label={label}>
      <table class="striped">
        <caption>{label}</caption>
        <thead><tr>{columns.map((c) => <th key={c.title} scope="col">{c.title || <span class="unseen">Actions</span>}</th>)}</tr></thead>
        <tbody>{rows.map((row, at) => <tr key={row.id ?? row.client_id ?? row.user_id ?? at}>{columns.map((c) => <td key={c.title}>{c.show(row)}</td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}

export interface Tab {
  name: string;
  show: () => ComponentChildren;
}

export function Tabs({ label, tabs }: { label: string; tabs: Tab[] }) {
  const [open, setOpen] = useState(0);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = (open + step + tabs.length) % tabs.length;
    setOpen(next);
    ((event.currentTarget as HTMLElement).children[next] as HTMLElement).focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label={label} onKeyDown={move}>
        {tabs.map((tab, at) => (
          <button key={tab.name} type="button" role="tab" id={`tab-${at}`} aria-selected={at === open} aria-controls="tab-panel" tabIndex={at === open ? 0 : -1} onClick={() => { hush(); setOpen(at); }}>{tab.name}</button>
        ))}
      </div>
      <div role="tabpanel" id="tab-panel" aria-labelledby={`tab-${open}`} tabIndex={0} key={open}>{tabs[open].show()}</div>
    </>
  );
}

export const when = (text?: string) => (text ? new Date(text).toLocaleString() : '–');
