// The script tag's form: one global, as auth0-js has it.
import auth0 from './index.js';
(globalThis as any).auth0 = { ...auth0, default: auth0 };
