// A person with a browser that is only fetch and a cookie jar: enough for pages that work without scripts.

export class Person {
  cookies = new Map();

  async get(url, options = {}) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', ...options, headers: { ...(cookie && { cookie }), ...options.headers } });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (/max-age=0\b/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  /** Follows redirects that stay at the authority; gives the first answer that does not. */
  async follow(url, options) {
    const origin = new URL(url).origin;
    let response = await this.get(url, options);
    for (let hops = 0; response.status === 302 && hops < 10; hops++) {
      const next = new URL(response.headers.get('location'), url);
      if (next.origin !== origin) break;
      response = await this.get(next);
      response.at = next;
    }
    return response;
  }

  post(url, fields, headers = {}) {
    return this.get(url, { method: 'POST', body: new URLSearchParams(fields), headers });
  }

  /** From an authorization URL through the login page to the redirect; gives its location as a URL. */
  async logIn(authorizeUrl, username = 'ada@example.com', password = 'Correct-Horse-9') {
    let response = await this.follow(authorizeUrl);
    if (response.status === 200) {
      const state = response.at.searchParams.get('state');
      response = await this.post(new URL('/u/login', authorizeUrl), { state, username, password, action: 'default' });
      if (response.status !== 302) throw new Error(`login answered ${response.status}`);
      response = await this.get(new URL(response.headers.get('location'), authorizeUrl));
    }
    return new URL(response.headers.get('location'));
  }
}

/** `${issuer}authorize?…` */
export const authorizeUrl = (issuer, parameters) => `${issuer}authorize?${new URLSearchParams(parameters)}`;

export const decode = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

/** Follows the pages of the device flow from its link to their end, as the person with that password. */
export async function approveDevice(link, username, password) {
  const person = new Person(), base = new URL(link).origin, user_code = new URL(link).searchParams.get('user_code');
  let response = await person.follow(link);
  for (let hops = 0; hops < 10; hops++) {
    const location = response.headers.get('location');
    if (location) {
      response = await person.get(new URL(location, base));
      continue;
    }
    const html = await response.text();
    const state = /name="state" value="([^"]+)"/.exec(html)?.[1], action = /<form[^>]*action="([^"]+)"/.exec(html)?.[1];
    if (!action) return;
    response = await person.post(new URL(action.replaceAll('&amp;', '&'), base), { ...(state && { state }), user_code, username, password, action: /value="accept"/.test(html) ? 'accept' : 'default' });
  }
}
