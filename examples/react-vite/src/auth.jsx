import React, { createContext, useContext, useEffect, useState } from 'react';
import auth0 from 'ostia-js';

const home = 'http://localhost:3000';

const webAuth = new auth0.WebAuth({
  domain: 'http://localhost:8080',
  clientID: 'ostia-demo',
  redirectUri: `${home}/callback`,
  responseType: 'code', // with PKCE, and refresh tokens that rotate
  useRefreshTokens: true,
  scope: 'openid profile email offline_access',
});

// The response of a login, if there is one in the address, or else a session that was there before. The same response
// read twice gives the same answer, so that React's strict mode may run this as often as it likes.
async function whoIsThere() {
  const response = await webAuth.parseHash();
  history.replaceState(null, '', '/');
  return response ?? webAuth.checkSession({}).catch(() => null);
}

const Auth = createContext(null);
export const useAuth = () => useContext(Auth);

export function AuthProvider({ children }) {
  const [state, setState] = useState({ isLoading: true });
  useEffect(() => {
    whoIsThere().then(
      (result) => setState({ user: result?.idTokenPayload, accessToken: result?.accessToken }),
      (error) => setState({ error }),
    );
  }, []);
  const logIn = () => webAuth.authorize();
  const logOut = () => webAuth.logout({ returnTo: home, clientID: 'ostia-demo' });
  return <Auth.Provider value={{ ...state, logIn, logOut }}>{children}</Auth.Provider>;
}
