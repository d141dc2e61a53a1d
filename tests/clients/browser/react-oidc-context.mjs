import { useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { AuthProvider, useAuth } from 'react-oidc-context';
import { APP, CLIENT_ID, done, EMAIL, fail, ISSUER } from './kit.mjs';

// recipe
const app = (
  <AuthProvider authority={ISSUER} client_id={CLIENT_ID} redirect_uri={`${APP}/callback`} scope="openid email">
    <Profile />
  </AuthProvider>
);
function Profile() {
  const { activeNavigator, error, isLoading, signinRedirect, user } = useAuth();
  // end
  useEffect(() => {
    if (error) fail(error);
    else if (user) (user.profile.email === EMAIL ? done : fail)(user);
    else if (!isLoading && !activeNavigator) signinRedirect();
  }, [activeNavigator, error, isLoading, user]);
  return <p>{user?.profile.email}</p>;
}
createRoot(document.getElementById('app')).render(app);
