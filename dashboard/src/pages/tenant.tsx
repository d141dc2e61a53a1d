import { get, type Json, patch } from '../api';
import { type Field, Form } from '../parts/form';
import { Loaded, Page, useData } from '../parts/page';

const fields: Field[] = [
  { name: 'friendly_name', label: 'Name', kind: 'text', help: 'Shown on login pages and in emails.' },
  { name: 'support_email', label: 'Support email', kind: 'email' },
  { name: 'support_url', label: 'Support URL', kind: 'url' },
  { name: 'allowed_logout_urls', label: 'Allowed logout URLs', kind: 'lines', help: 'For logout() without a clientID.' },
  { name: 'default_directory', label: 'Default directory', kind: 'text', help: 'The database for logins that name none.' },
  { name: 'default_audience', label: 'Default audience', kind: 'text', help: 'The API for logins that name none.' },
  { name: 'session_lifetime', label: 'Session lifetime, in hours', kind: 'number', min: 1, unset: 168 },
  { name: 'idle_session_lifetime', label: 'Idle session lifetime, in hours', kind: 'number', min: 1, unset: 72 },
  { name: 'enabled_locales', label: 'Languages', kind: 'set', options: [['en', 'English'], ['de', 'Deutsch'], ['fr', 'Français'], ['es', 'Español'], ['ja', '日本語'], ['ar', 'العربية']] },
  { name: 'flags.enable_public_signup_user_exists_error', label: 'Reveal that a user exists', kind: 'switch', help: 'If on, a sign-up with an address that is taken says so.' },
];

export function Tenant() {
  const data = useData(() => get('tenants/settings'));
  return (
    <Page title="Tenant settings">
      <Loaded of={data}>{(settings: Json) => <Form fields={fields} document={settings} save={(change) => patch('tenants/settings', change)} place={{ section: 'tenant' }} />}</Loaded>
    </Page>
  );
}
