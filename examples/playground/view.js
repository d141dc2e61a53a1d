// What the page shows: cards, what was sent, what came back, tokens taken apart.
export const find = (selector) => document.querySelector(selector);

/** An element with properties and children. */
export function element(tag, properties = {}, ...children) {
  const { data, label, ...rest } = properties;
  const made = Object.assign(document.createElement(tag), rest);
  Object.assign(made.dataset, data);
  if (label) made.setAttribute('aria-label', label);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** The code of a function as a person would write it where it is called. */
export function sourceOf(run) {
  const source = run.toString().replace(/^(async )?\([^)]*\) => /, '');
  if (!source.startsWith('{')) return `${/^webAuth\.(client\.build|authorize|logout)/.test(source) ? '' : 'await '}${source};`;
  const lines = source.slice(1, -1).replace(/^\n|\n\s*$/g, '').split('\n');
  const indent = Math.min(...lines.filter((l) => l.trim()).map((l) => /^ */.exec(l)[0].length));
  return lines.map((l) => l.slice(indent)).join('\n').replace(/\breturn (?=\w)/, 'await ');
}

const decode = (part) => JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))));

function tokenView(name, token) {
  const parts = token.split('.');
  if (parts.length !== 3) return element('p', { className: 'note', textContent: `${name}: opaque, for the authority’s own eyes (/userinfo).` });
  try {
    return element('details', {}, element('summary', { textContent: `${name}, taken apart` }),
      element('h5', { textContent: 'Header' }), element('pre', { textContent: JSON.stringify(decode(parts[0]), null, 2) }),
      element('h5', { textContent: 'Payload' }), element('pre', { textContent: JSON.stringify(decode(parts[1]), null, 2) }),
      element('h5', { textContent: 'Signature' }), element('pre', { textContent: parts[2] }));
  } catch {
    return null;
  }
}

const readable = (value) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2)) ?? 'undefined';

/** Adds to the list of what was run. */
export function report(title, { sent = [], error, result }) {
  find('#log .empty')?.remove();
  const exchanges = sent.map(({ request, response }) => element('div', {}, element('pre', { textContent: request }), response ? element('pre', { textContent: response }) : null));
  const shown = error ? { ...error, original: undefined, ...(error.reason && { reason: error.reason }) } : result;
  const tokens = error ? [] : Object.entries(result ?? {}).filter(([name, value]) => /^(access|id)_?token$/i.test(name) && typeof value === 'string').map(([name, value]) => tokenView(name, value));
  find('#log').prepend(element('li', { className: error ? 'bad' : 'good' },
    element('h3', { textContent: title }),
    exchanges.length ? element('h4', { textContent: 'Sent, and answered' }) : null, ...exchanges,
    element('h4', { textContent: error ? 'The callback got an error' : 'The callback got' }), element('pre', { textContent: readable(shown) }),
    ...tokens));
  if (matchMedia('(max-width: 820px)').matches) find('#log-title').scrollIntoView(); // below what was pressed
}

/** A card of a method: its code, its fields, its button. */
export function card({ name, text, run, fields = [], mail }, press) {
  const inputs = fields.map(({ name: field, label, value = '', type = 'text', options }) => {
    const input = options
      ? element('select', { name: field }, ...options.map((o) => element('option', { value: o, textContent: o })))
      : element('input', { name: field, value, type, autocomplete: 'off', spellcheck: false });
    return element('label', {}, `${label} `, input);
  });
  const form = element('form', {}, ...inputs, element('button', { type: 'submit', textContent: 'Run', label: `Run ${name}`, data: { method: name } }));
  form.onsubmit = (event) => {
    event.preventDefault();
    press(Object.fromEntries(new FormData(form)));
  };
  const messages = mail ? element('a', { href: `${window.playground.domain}/_dev/messages`, target: '_blank', textContent: 'The messages that were sent' }) : null;
  return element('article', { className: 'card' }, element('h4', { textContent: name }), element('p', { textContent: text }), element('pre', { textContent: sourceOf(run) }), form, messages && element('p', {}, messages));
}

/** The profile of whoever is logged in. */
export function showProfile(user) {
  find('#profile dl').replaceChildren(...Object.entries(user).flatMap(([claim, value]) => [element('dt', { textContent: claim }), element('dd', { textContent: String(value) })]));
  find('#profile').hidden = false;
}
