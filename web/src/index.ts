import { Authentication } from './authentication.js';
import { Management } from './management.js';
import { version } from './version.js';
import { WebAuth } from './web-auth.js';

export { Authentication, Management, version, WebAuth };
export default { Authentication, Management, version, WebAuth };
