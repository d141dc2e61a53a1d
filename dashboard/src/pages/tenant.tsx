import { get, type Json, patch } from '../api';
import { type Field, Form } from '../parts/form';
import { Loaded, Page, useData } from '../parts/page';

const fields: Field[] = [
  { name: 'friendly_name', label: 'Name', kind: 'text', help: 'On login pages and in mails.' },
  { name: 'support_email', label: 'Support e-mail', kind: 'email' },
  { name: 'support_url', label: 'Support URL', kind: 'url' },
  { name: 'allowed_logout_urls', label: 'Allowed logout URLs', kind: 'lines', help: 'For logout() without a clientID.' },
  { name: 'default_directory', label: 'Default directory', kind: 'text', help: 'The database of a login that names none.' },
  { name: 'default_audience', label: 'Default audience', kind: 'text', help: 'The API of a login that names none.' },
  { name: 'session_lifetime', label: 'Sessions end after hours', kind: 'number', min: 1, unset: 168 },
  { name: 'idle_session_lifetime', label: 'Sessions end when unused for hours', kind: 'number', min: 1, unset: 72 },
  { name: 'enabled_locales', label: 'Languages', kind: 'set', options: [['en', 'English'], ['de', 'Deutsch'], ['fr', 'Français'], ['es', 'Español'], ['ja', '日本語'], ['ar', 'العربية']] },
  { name: 'flags.enable_public_signup_user_exists_error', label: 'Say that a user exists', kind: 'switch', help: 'A sign-up with an address that is taken says so; otherwise it does not tell.' },
];

export function Tenant() {
  const data = useData(() => get('tenants/settings'));
  return (
    <Page title="Tenant settings">
      <Loaded of={data}>{(settings: Json) => <Form fields={fields} document={settings} save={(change) => patch('tenants/settings', change)} place={{ section: 'tenant' }} />}</Loaded>
    </Page>
  );
}
