import React, { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { AuthProvider, useAuth } from './auth.jsx';

function App() {
  const { isLoading, error, user, logIn, logOut } = useAuth();
  if (isLoading) return <p>One moment…</p>;
  if (error) return <p role="alert">{error.errorDescription ?? error.description}</p>;
  if (!user) return <button onClick={logIn}>Log in</button>;
  return (
    <>
      <p>Hello {user.name}.</p>
      <button onClick={logOut}>Log out</button>
    </>
  );
}

createRoot(document.getElementById('root')).render(
  <StrictMode>
    <AuthProvider>
      <App />
    </AuthProvider>
  </StrictMode>,
);
