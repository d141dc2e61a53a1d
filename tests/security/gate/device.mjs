// A device that asks for tokens, and the person at its pages.
import { deviceGrant } from '../../lib/tenant.mjs';
import { Refused } from './cell.mjs';
import { guarded } from './tenant.mjs';

/** Starts, and opens the pages to the login; gives how the device polls. */
export async function device(w, c) {
  const { body } = await w.api.form('/oauth/device/code', { ...c.credentials, audience: guarded, scope: 'openid read:it offline_access', ...c.request });
  if (!body.device_code) throw new Refused(body.error);
  await c.look(body.verification_uri_complete);
  const outcome = await c.submit({ user_code: body.user_code }, 'default');
  await c.need('login', outcome);
  if (!('password' in c.page.fields)) throw new Refused('login');
  return async () => c.tokens(await w.api.token({ grant_type: deviceGrant, ...c.credentials, device_code: body.device_code }));
}

/** Yes, at the page that asks, and at that of the consent, wherever that one comes. */
export async function approve(c) {
  let outcome = 'device';
  for (let pages = 0; pages < 3; pages++) {
    if (outcome === 'consent' && !c.accepts) return outcome;
    if (!['device', 'consent'].includes(outcome)) break;
    outcome = await c.submit({}, 'accept');
  }
  return /^200 .*(connected|Connected|may close)/.test(outcome) ? 'approved' : outcome;
}
