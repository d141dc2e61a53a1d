// The Management API, the only thing that the dashboard talks to.
import { freshToken, renew, type Session, signInAgain } from './session';

export type Json = any;

export class ApiError extends Error {
  constructor(readonly status: number, readonly code: string, message: string) {
    super(message);
  }
}

async function send(method: string, path: string, body?: Json): Promise<Response> {
  const headers: Record<string, string> = { authorization: `Bearer ${await freshToken()}` };
  if (body !== undefined) headers['content-type'] = 'application/json';
  return fetch(`/api/v2/${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
}

// A change that takes a more recent login (RFC 9470) waits in this tab while its author logs in again, and is then made.
interface Waiting {
  method: string;
  path: string;
  body?: Json;
  by: string;
  at: number;
}
const waitingKey = 'ostia.waiting', patience = 10 * 60_000;
let author = '';

function logInFor(method: string, path: string, body?: Json): Promise<never> {
  if (method !== 'GET') sessionStorage.setItem(waitingKey, JSON.stringify({ method, path, body, by: author, at: Date.now() } satisfies Waiting));
  signInAgain();
  return new Promise(() => {});
}

/** Makes the change that a login was asked for, if this is who wanted it; gives whether there was one. Throws if it fails. */
export async function finishWaiting(session: Session): Promise<boolean> {
  author = session.userId;
  const kept = sessionStorage.getItem(waitingKey);
  sessionStorage.removeItem(waitingKey);
  const waiting: Waiting | null = kept && JSON.parse(kept);
  if (!waiting || waiting.by !== author || Date.now() - waiting.at > patience) return false;
  await call(waiting.method, waiting.path, waiting.body, false);
  return true;
}

async function call(method: string, path: string, body?: Json, mayLogIn = true): Promise<Json> {
  let response = await send(method, path, body);
  if (response.status === 401) {
    if (!(await renew())) signInAgain();
    response = await send(method, path, body);
  }
  const text = await response.text();
  const answer = text ? JSON.parse(text) : null;
  if (mayLogIn && answer?.errorCode === 'insufficient_user_authentication') return logInFor(method, path, body);
  if (!response.ok) throw new ApiError(response.status, answer?.errorCode ?? '', answer?.message ?? `The authority answered ${response.status}.`);
  return answer;
}

export const get = (path: string) => call('GET', path);
export const post = (path: string, body: Json) => call('POST', path, body);
export const patch = (path: string, body: Json) => call('PATCH', path, body);
export const put = (path: string, body?: Json) => call('PUT', path, body);
export const del = (path: string, body?: Json) => call('DELETE', path, body);
export const id = encodeURIComponent;

/** A whole collection, fetched page by page. */
export async function all(path: string, noun: string): Promise<Json[]> {
  const out: Json[] = [];
  for (let page = 0; ; page++) {
    const answer = await get(`${path}${path.includes('?') ? '&' : '?'}per_page=100&page=${page}&include_totals=true`);
    const items = Array.isArray(answer) ? answer : answer[noun];
    out.push(...items);
    if (items.length < 100) return out;
  }
}
