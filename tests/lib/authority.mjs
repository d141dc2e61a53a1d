// Calls of an authority's endpoints as a program makes them, and what `--dev` shows of what they did.
import { Person } from './person.mjs';

const read = async (response) => {
  const text = await response.text();
  let body = text;
  try { body = JSON.parse(text); } catch { /* a text, then */ }
  return { status: response.status, headers: response.headers, text, body };
};

/** An authority's API over the plain-HTTP domain of `--dev`. */
export class Api {
  constructor(authority) {
    this.issuer = authority.devIssuer;
  }

  url(path) { return new URL(path, this.issuer).href; }

  async get(path, headers = {}) { return read(await fetch(this.url(path), { headers, redirect: 'manual' })); }

  /** Sends JSON. */
  async post(path, body, headers = {}) {
    return read(await fetch(this.url(path), { method: 'POST', redirect: 'manual', headers: { 'content-type': 'application/json', ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body) }));
  }

  /** Sends a form. */
  async form(path, fields, headers = {}) {
    return read(await fetch(this.url(path), { method: 'POST', redirect: 'manual', headers, body: new URLSearchParams(fields) }));
  }

  token(fields, headers) { return this.form('/oauth/token', fields, headers); }

  async messages(to) {
    const { body } = await this.get('/_dev/messages');
    return to ? body.filter((m) => m.to === to) : body;
  }

  /** The newest message to somebody. */
  async message(to) {
    const [newest] = await this.messages(to);
    if (!newest) throw new Error(`no message to ${to}`);
    return newest;
  }

  async logs(type) {
    const { body } = await this.get('/_dev/logs');
    return type ? body.filter((l) => l.type === type) : body;
  }

  advance(seconds) { return this.post('/_dev/clock', { advance_s: seconds }); }
  reset() { return this.post('/_dev/reset', {}); }
}

const decodeEntities = (s) => s.replace(/&#39;/g, "'").replace(/&quot;/g, '"').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&').replace(/&#x2F;/g, '/');

/** A page as a person without scripts sees it. */
export async function readPage(response) {
  const html = await response.text();
  const attribute = (tag, name) => { const m = new RegExp(`\\b${name}="([^"]*)"`).exec(tag); return m && decodeEntities(m[1]); };
  const fields = {};
  for (const [tag] of html.matchAll(/<input\b[^>]*>/g)) fields[attribute(tag, 'name')] = attribute(tag, 'value') ?? '';
  return {
    status: response.status,
    html,
    language: /<html lang="([^"]*)"/.exec(html)?.[1],
    heading: decodeEntities(/<h1>([\s\S]*?)<\/h1>/.exec(html)?.[1] ?? ''),
    alert: decodeEntities(/role="alert"[^>]*>([\s\S]*?)<\/p>/.exec(html)?.[1] ?? ''),
    text: decodeEntities(html.replace(/<style>[\s\S]*?<\/style>/g, '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')),
    action: decodeEntities(/<form[^>]*action="([^"]*)"/.exec(html)?.[1] ?? ''),
    fields,
    buttons: [...html.matchAll(/<button[^>]*value="([^"]*)"/g)].map(([, value]) => value),
    links: Object.fromEntries([...html.matchAll(/<a\b[^>]*href="([^"]*)">([\s\S]*?)<\/a>/g)].map(([, href, text]) => [decodeEntities(text), decodeEntities(href)])),
  };
}

/** A person who reads pages and fills in their forms. */
export class Reader extends Person {
  constructor(issuer, languages) {
    super();
    this.issuer = issuer;
    this.languages = languages;
  }

  get(url, options = {}) {
    return super.get(new URL(url, this.issuer), { ...options, headers: { ...(this.languages && { 'accept-language': this.languages }), ...options.headers } });
  }

  /** Opens an address, following what stays here; a page, or `{ location }` of where it leads. */
  async open(url, options) {
    const response = await this.follow(new URL(url, this.issuer), options);
    if (response.status === 302) return { status: 302, location: new URL(response.headers.get('location'), this.issuer) };
    return readPage(response);
  }

  /** Sends a page's form with these fields and button. */
  submit(page, fields = {}, action = 'default') {
    return this.open(page.action, { method: 'POST', body: new URLSearchParams({ ...page.fields, ...fields, action }) });
  }
}
