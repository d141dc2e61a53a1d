import { get, type Json, patch } from '../api';
import { type Field, Form } from '../parts/form';
import { Loaded, Page, Tabs, useData } from '../parts/page';

const parts: { name: string; path: string; member: string; text: string; fields: Field[] }[] = [
  {
    name: 'Brute force', path: 'attack-protection/brute-force-protection', member: 'bruteForceProtection',
    text: 'After so many failures an account is closed to an address, or to all of them, until its owner opens it by mail.',
    fields: [
      { name: 'enabled', label: 'Enabled', kind: 'switch' },
      { name: 'max_attempts', label: 'Failures until the block', kind: 'number', min: 1, max: 100 },
      { name: 'mode', label: 'Counts', kind: 'choice', options: [['count_per_identifier_and_ip', 'An account from one address'], ['count_per_identifier', 'An account from everywhere']] },
      { name: 'shields', label: 'Then', kind: 'set', options: [['block', 'Block'], ['user_notification', 'Tell the user']] },
      { name: 'allowlist', label: 'Addresses that are never blocked', kind: 'lines' },
    ],
  },
  {
    name: 'Suspicious addresses', path: 'attack-protection/suspicious-ip-throttling', member: 'suspiciousIpThrottling',
    text: 'An address that fails with many accounts is slowed down.',
    fields: [
      { name: 'enabled', label: 'Enabled', kind: 'switch' },
      { name: 'stage.pre-login.max_attempts', label: 'Failures until it is slowed down', kind: 'number', min: 1 },
      { name: 'stage.pre-login.rate', label: 'Milliseconds until it may fail once more', kind: 'number', min: 1 },
      { name: 'allowlist', label: 'Addresses that are never slowed down', kind: 'lines' },
    ],
  },
  {
    name: 'Breached passwords', path: 'attack-protection/breached-password-detection', member: 'breachedPasswordDetection',
    text: 'Passwords that are known from breaches elsewhere are refused. The list is a file of yours; nothing leaves this machine.',
    fields: [
      { name: 'enabled', label: 'Enabled', kind: 'switch' },
      { name: 'shields', label: 'Then', kind: 'set', options: [['block', 'Block'], ['user_notification', 'Tell the user'], ['admin_notification', 'Tell administrators']] },
      { name: 'ostia.hashes_file', label: 'File of hashes', kind: 'text', help: 'SHA-1 hashes, sorted, as Have I Been Pwned publishes them.' },
    ],
  },
  {
    name: 'Bots', path: 'attack-protection/bot-detection', member: 'botDetection',
    text: 'A CAPTCHA before a password is looked at.',
    fields: [{ name: 'challenge_password_policy', label: 'Ask at logins', kind: 'choice', options: [['never', 'Never'], ['when_risky', 'When risky'], ['always', 'Always']] }],
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
