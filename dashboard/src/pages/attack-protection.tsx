import { get, type Json, patch } from '../api';
import { type Field, Form } from '../parts/form';
import { Loaded, Page, Tabs, useData } from '../parts/page';

const whenAsked: [string, string][] = [['never', 'Never'], ['when_risky', 'When risky'], ['always', 'Always']];

const parts: { name: string; path: string; member: string; text: string; fields: Field[] }[] = [
  {
    name: 'Brute force', path: 'attack-protection/brute-force-protection', member: 'bruteForceProtection',
    text: 'After this many failed logins an account is blocked from one address, or from all of them, until its owner unblocks it by email.',
    fields: [
      { name: 'enabled', label: 'Enabled', kind: 'switch' },
      { name: 'max_attempts', label: 'Failures before the block', kind: 'number', min: 1, max: 100 },
      { name: 'mode', label: 'Count failures', kind: 'choice', options: [['count_per_identifier_and_ip', 'Per account and address'], ['count_per_identifier', 'Per account']] },
      { name: 'shields', label: 'Then', kind: 'set', options: [['block', 'Block'], ['user_notification', 'Tell the user']] },
      { name: 'allowlist', label: 'Addresses that are never blocked', kind: 'lines' },
    ],
  },
  {
    name: 'Suspicious addresses', path: 'attack-protection/suspicious-ip-throttling', member: 'suspiciousIpThrottling',
    text: 'Slows down an address that fails to log in to many accounts.',
    fields: [
      { name: 'enabled', label: 'Enabled', kind: 'switch' },
      { name: 'stage.pre-login.max_attempts', label: 'Failures before it is slowed down', kind: 'number', min: 1 },
      { name: 'stage.pre-login.rate', label: 'Milliseconds until one more failure is allowed', kind: 'number', min: 1 },
      { name: 'allowlist', label: 'Addresses that are never slowed down', kind: 'lines' },
    ],
  },
  {
    name: 'Breached passwords', path: 'attack-protection/breached-password-detection', member: 'breachedPasswordDetection',
    text: 'Refuses passwords known from breaches elsewhere. You provide the list as a file; nothing leaves this machine.',
    fields: [
      { name: 'enabled', label: 'Enabled', kind: 'switch' },
      { name: 'shields', label: 'Then', kind: 'set', options: [['block', 'Block'], ['user_notification', 'Tell the user'], ['admin_notification', 'Tell administrators']] },
      { name: 'ostia.hashes_file', label: 'Hash file', kind: 'text', help: 'SHA-1 hashes, sorted, as Have I Been Pwned publishes them.' },
    ],
  },
  {
    name: 'Bots', path: 'attack-protection/bot-detection', member: 'botDetection',
    text: 'Asks for a CAPTCHA before it checks a password, makes an account or sends a message.',
    fields: [
      { name: 'challenge_password_policy', label: 'Ask at login', kind: 'choice', options: whenAsked },
      { name: 'challenge_passwordless_policy', label: 'Ask before a code', kind: 'choice', options: whenAsked },
      { name: 'challenge_password_reset_policy', label: 'Ask before a new password', kind: 'choice', options: whenAsked },
    ],
  },
];

function Part({ part }: { part: (typeof parts)[number] }) {
  const data = useData(() => get(part.path));
  return (
    <>
      <p>{part.text}</p>
      <Loaded of={data}>{(settings: Json) => <Form fields={part.fields} document={settings} save={(change) => patch(part.path, change)} place={{ section: 'attackProtection', under: part.member }} />}</Loaded>
    </>
  );
}

export const AttackProtection = () => (
  <Page title="Attack protection">
    <Tabs label="Attack protection" tabs={parts.map((part) => ({ name: part.name, show: () => <Part part={part} /> }))} />
  </Page>
);
