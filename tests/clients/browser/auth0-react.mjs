import { useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { Auth0Provider, useAuth0 } from '@auth0/auth0-react';
import { CLIENT_ID, DOMAIN, done, EMAIL, fail } from './kit.mjs';

// recipe
const app = (
  <Auth0Provider domain={DOMAIN} clientId={CLIENT_ID} authorizationParams={{ redirect_uri: `${window.location.origin}/callback` }}>
    <Profile />
  </Auth0Provider>
);
function Profile() {
  const { error, isLoading, user, loginWithRedirect } = useAuth0();
  // end
  useEffect(() => {
    if (error) fail(error);
    else if (user) (user.email === EMAIL ? done : fail)(user);
    else if (!isLoading) loginWithRedirect();
  }, [error, isLoading, user]);
  return <p>{user?.email}</p>;
}
createRoot(document.getElementById('app')).render(app);
