// The Management API, the only thing that the dashboard talks to.
import { accessToken, renew, signInAgain } from './session';

export type Json = any;

export class ApiError extends Error {
  constructor(readonly status: number, readonly code: string, message: string) {
    super(message);
  }
}

async function send(method: string, path: string, body?: Json): Promise<Response> {
  const headers: Record<string, string> = { authorization: `Bearer ${accessToken()}` };
  if (body !== undefined) headers['content-type'] = 'application/json';
  return fetch(`/api/v2/${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
}

async function call(method: string, path: string, body?: Json): Promise<Json> {
  let response = await send(method, path, body);
  if (response.status === 401) {
    if (!(await renew())) signInAgain();
    response = await send(method, path, body);
  }
  const text = await response.text();
  const answer = text ? JSON.parse(text) : null;
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
