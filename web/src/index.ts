import { Authentication } from './authentication.js';
import { WebAuth } from './web-auth.js';

/** The version of auth0-js whose API this is. */
const version = { raw: '10.2.1' };

export { Authentication, WebAuth, version };
export default { Authentication, WebAuth, version };
