import type { Callback } from './answers.js';

/** For the login that follows a sign-up: its error says that the account is there. */
export const afterSignup = (cb: Callback): Callback => (error, result) => {
  if (!error) return cb(null, result);
  error.errorInfo = {
    error_code: 'login_error',
    message: 'Your account was created successfully, but we could not log you in automatically. Please try logging in with your new credentials.',
  };
  cb(error);
};
