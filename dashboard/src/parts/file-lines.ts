// The lines that make a change permanent in the tenant file (`ostia serve --config`, `ostia import`).
import type { Json } from '../api';

/** A place in the file: a list entry with these members, or a whole section. */
export interface Place {
  section: string;
  entry?: Record<string, string>;
  under?: string; // a member of the section
}

const isPlain = (text: string) => /^[A-Za-z][\w ./:-]*$/.test(text) && !/: |:$|^(true|false|null|yes|no|on|off)$/i.test(text) && text === text.trim();

function value(v: Json, indent: string): string {
  if (typeof v === 'string') return ' ' + (isPlain(v) ? v : JSON.stringify(v));
  if (Array.isArray(v) && v.length > 0 && v.every((one) => typeof one === 'string')) return v.map((one) => `\n${indent}-${value(one, '')}`).join('');
  if (v && typeof v === 'object' && !Array.isArray(v) && Object.keys(v).length > 0) return '\n' + members(v, indent);
  return ' ' + JSON.stringify(v);
}

const members = (object: Json, indent: string) =>
  Object.entries(object).filter(([, v]) => v !== undefined).map(([name, v]) => `${indent}${isPlain(name) ? name : JSON.stringify(name)}:${value(v, indent + '  ')}`).join('\n');

export function fileLines({ section, entry, under }: Place, change: Json): string {
  if (!entry) return `${section}:\n${members(under ? { [under]: change } : change, '  ')}\n`;
  const lines = members({ ...entry, ...change }, '    ');
  return `${section}:\n  - ${lines.trimStart()}\n`;
}
