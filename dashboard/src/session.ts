// The administrator's session, signed in with the browser package like the user of any other application. The token
// stays in memory; a reloaded page asks the authority for a new one.
import auth0 from 'ostia-js';

const home = `${location.origin}/dashboard`;

const webAuth = new auth0.WebAuth({
  domain: location.origin,
  clientID: 'ostia-dashboard',
  redirectUri: home,
  responseType: 'code',
  useRefreshTokens: true,
  audience: `${location.origin}/api/v2/`,
  scope: 'openid profile email',
} as auth0.AuthOptions);

export interface Session {
  name: string;
  userId: string;
  isAdministrator: boolean;
}

let token = '', takenAt = 0;
export const accessToken = () => token;

const freshness = 10 * 60_000; // shorter than the session may be idle, so that whoever works here stays logged in

/** The token, renewed now and then while somebody works with it. */
export async function freshToken(): Promise<string> {
  if (token && Date.now() - takenAt > freshness) {
    takenAt = Date.now(); // of many calls at once, one asks
    await renew().catch(() => null);
  }
  return token;
}

function take(result: any): Session {
  token = result.accessToken;
  takenAt = Date.now();
  const claims = result.idTokenPayload ?? {};
  const [, payload] = token.split('.');
  const { scope = '' } = payload ? JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) : {};
  return { name: claims.name || claims.email || claims.sub, userId: claims.sub, isAdministrator: scope.split(' ').includes('read:clients') };
}

/** The session. If a visit to the login page is needed, this never returns. Throws if the authority refuses. */
export async function start(): Promise<Session> {
  if (/[?&](code|error)=/.test(location.search)) {
    const query = location.search;
    history.replaceState(null, '', '/dashboard');
    const result: any = await webAuth.parseHash({ hash: query.slice(1) } as any);
    if (result?.appState?.path) history.replaceState(null, '', result.appState.path);
    if (result) return take(result);
  }
  const silent = await renew();
  if (silent) return silent;
  webAuth.authorize({ appState: { path: location.pathname + location.search } } as any);
  return new Promise(() => {});
}

/** A new token without showing anything; null if nobody is logged in. */
export async function renew(): Promise<Session | null> {
  try {
    return take(await (webAuth.checkSession as any)({}));
  } catch (error: any) {
    if (['login_required', 'interaction_required', 'consent_required', 'mfa_required'].includes(error.error ?? error.code)) return null;
    throw error;
  }
}

export const signInAgain = () => webAuth.authorize({ prompt: 'login', appState: { path: location.pathname } } as any);
export const signOut = () => webAuth.logout({ returnTo: home, clientID: 'ostia-dashboard' });
