import { useContext, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { AuthContext, AuthProvider } from 'react-oauth2-code-pkce';
import { APP, CLIENT_ID, done, EMAIL, fail, ISSUER } from './kit.mjs';

// recipe
const config = { clientId: CLIENT_ID, authorizationEndpoint: `${ISSUER}authorize`, tokenEndpoint: `${ISSUER}oauth/token`, redirectUri: `${APP}/callback`, scope: 'openid email', autoLogin: true };
const app = <AuthProvider authConfig={config}><Profile /></AuthProvider>;
// end
function Profile() {
  const { error, idTokenData } = useContext(AuthContext);
  useEffect(() => {
    if (error) fail(error);
    else if (idTokenData) (idTokenData.email === EMAIL ? done : fail)(idTokenData);
  }, [error, idTokenData]);
  return <p>{idTokenData?.email}</p>;
}
createRoot(document.getElementById('app')).render(app);
