// HTTP and HTTPS as a browser sends them that trusts one more authority of certificates, and a person behind it.
import { request as http } from 'node:http';
import { request as https } from 'node:https';

/** Sends a request to wherever; `{ status, headers, text }`. */
export const send = (url, { method = 'GET', headers = {}, body, ca } = {}) => new Promise((resolve, reject) => {
  const { protocol } = new URL(url);
  const call = (protocol === 'https:' ? https : http)(url, { method, ca, headers: { ...(body && { 'content-length': Buffer.byteLength(body) }), ...headers } }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (part) => (text += part));
    response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text })).on('error', reject);
  });
  call.on('error', reject);
  call.end(body);
});

const decodeEntities = (s) => s.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(code)).replace(/&#x([0-9a-f]+);/gi, (_, code) => String.fromCodePoint(parseInt(code, 16)))
  .replace(/&quot;/g, '"').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
const attribute = (tag, name) => {
  const found = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'i').exec(tag);
  return found && decodeEntities(found[1] ?? found[2]);
};

/** The forms of a page: where each goes and what is in it. */
const forms = (html) => [...html.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/gi)].map(([form]) => {
  const fields = {};
  for (const [tag] of form.matchAll(/<input\b[^>]*>/gi)) if (attribute(tag, 'name')) fields[attribute(tag, 'name')] = attribute(tag, 'value') ?? '';
  const buttons = [...form.matchAll(/<button\b[^>]*>/gi)].map(([tag]) => [attribute(tag, 'name'), attribute(tag, 'value')]).filter(([name]) => name);
  return { action: attribute(form, 'action'), method: (attribute(form, 'method') ?? 'get').toLowerCase(), fields, buttons };
});

/** Somebody at a browser without scripts: keeps the cookies of every site, follows, signs in where the authority asks. */
export class Surfer {
  cookies = new Map();

  constructor({ issuer, ca, username, password }) {
    Object.assign(this, { authority: new URL(issuer).host, ca, username, password });
  }

  async once(url, options = {}) {
    const { host } = new URL(url), jar = this.cookies.get(host) ?? new Map();
    this.cookies.set(host, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await send(url, { ca: this.ca, ...options, headers: { accept: 'text/html,*/*', ...(cookie && { cookie }), ...options.headers } });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name, value] = /^\s*([^=]+)=([^;]*)/.exec(line);
      if (/max-age=0\b|expires=[^;]*\b19(70|69)/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }

  submit(at, { action, method, fields }) {
    const url = new URL(action || at, at), form = new URLSearchParams(fields).toString();
    if (method === 'get') return [new URL(`?${form}`, url).href];
    return [url.href, { method: 'POST', body: form, headers: { 'content-type': 'application/x-www-form-urlencoded', origin: new URL(at).origin, referer: at } }];
  }

  /** What a person does with a page: signs in, agrees, or lets a form go that a script would have sent. */
  next(url, html) {
    const all = forms(html);
    if (new URL(url).host !== this.authority) return undefined;
    const login = all.find((f) => 'password' in f.fields);
    if (login) return this.submit(url, { ...login, fields: { ...login.fields, username: this.username, password: this.password, action: 'default' } });
    const agreeing = all.find((f) => f.buttons.some(([, value]) => value === 'accept'));
    if (agreeing) return this.submit(url, { ...agreeing, fields: { ...agreeing.fields, action: 'accept' } });
    const elsewhere = all.find((f) => f.action && new URL(f.action, url).host !== this.authority) ?? all.find((f) => 'user_code' in f.fields);
    return elsewhere && this.submit(url, { ...elsewhere, fields: { ...elsewhere.fields, ...(elsewhere.buttons[0] && { action: elsewhere.buttons[0][1] }) } });
  }

  /**
   * Goes to an address and on from there until a page stays; `press` sends that page's form first. With `until`, a redirect to
   * there is not followed, and is what comes back.
   */
  async visit(start, { press = false, until = () => false } = {}) {
    let step = [start];
    for (let hops = 0; hops < 40; hops++) {
      const [url, options] = step, answer = await this.once(url, options);
      const location = answer.headers.location ?? /^\d+;\s*url=(.*)$/i.exec(answer.headers.refresh ?? '')?.[1];
      if (location && (answer.status >= 300 || answer.headers.refresh)) {
        const next = new URL(location, url);
        if (until(next)) return { url: next.href, status: answer.status, text: '' };
        step = [next.href];
        continue;
      }
      const pressed = press && hops === 0 && forms(answer.text)[0];
      step = pressed ? this.submit(url, { ...pressed, fields: { ...pressed.fields, ...(pressed.buttons[0] && Object.fromEntries([pressed.buttons[0]])) } }) : this.next(url, answer.text);
      if (!step) return { url, status: answer.status, text: answer.text };
    }
    throw new Error(`${start} leads from page to page and never ends`);
  }
}
