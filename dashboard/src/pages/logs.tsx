import { useEffect, useState } from 'preact/hooks';
import { get, id, type Json } from '../api';
import { List, Loaded, Page, when } from '../parts/page';

const names: Record<string, string> = {
  s: 'Login', f: 'Failed login', fp: 'Wrong password', fu: 'Unknown user', ss: 'Sign-up', fs: 'Failed sign-up', slo: 'Logout', flo: 'Failed logout', ssa: 'Silent login', fsa: 'Failed silent login',
  seacft: 'Code exchange', feacft: 'Failed code exchange', sertft: 'Refresh', fertft: 'Failed refresh', seccft: 'Machine token', feccft: 'Refused machine token', sepft: 'Password grant', fepft: 'Failed password grant',
  scp: 'Password changed', scpr: 'Password reset requested', sv: 'Email verified', limit_wc: 'Account blocked', limit_mu: 'Address blocked', pwd_leak: 'Breached password', sapi: 'Management API call', fapi: 'Refused Management API call', api_limit: 'Rate limit',
  fcoa: 'Failed cross-origin login', scoa: 'Cross-origin login', gd_auth_succeed: 'Second factor', gd_auth_failed: 'Wrong second factor', cls: 'Passwordless code sent',
};
/** A log entry in words. */
export const descriptionOf = (entry: Json) => [names[entry.type] ?? entry.type, entry.description].filter(Boolean).join(': ');

const interval = 2000; // milliseconds

export function Logs() {
  const [q, setQ] = useState('');
  const [text, setText] = useState('');
  const [isLive, setLive] = useState(true);
  const [state, setState] = useState<{ data?: Json[]; error?: Error }>({});
  useEffect(() => {
    let timer = 0, isCurrent = true;
    const look = async () => {
      try {
        const data = await get(`logs?per_page=50&sort=date:-1${q ? `&q=${id(q)}` : ''}`);
        if (isCurrent) setState({ data });
      } catch (error: any) {
        if (isCurrent) setState((before) => ({ data: before.data, error: before.data ? undefined : error }));
      }
      if (isCurrent && isLive) timer = setTimeout(look, interval);
    };
    look();
    return () => { isCurrent = false; clearTimeout(timer); };
  }, [q, isLive]);
  return (
    <Page title="Logs">
      <form role="search" class="row" onSubmit={(e) => { e.preventDefault(); setQ(text); }}>
        <input type="search" aria-label="Search the log" placeholder="type:fp, user_name:ada*, ip:10.0.0.1" value={text} onInput={(e) => setText(e.currentTarget.value)} />
        <button type="submit" class="fit">Search</button>
        <label class="fit"><input type="checkbox" role="switch" checked={isLive} onChange={(e) => setLive(e.currentTarget.checked)} /> Live</label>
      </form>
      <Loaded of={{ data: state.data, error: state.error }}>
        {(logs) => <List label="Log entries, newest first" rows={logs.map((l) => ({ ...l, id: l.log_id ?? l._id }))} none="Nothing found." columns={[
          { title: 'Time', show: (l) => when(l.date) },
          { title: 'Event', show: (l) => <details><summary>{descriptionOf(l)}</summary><pre tabIndex={0}><code>{JSON.stringify(l, null, 2)}</code></pre></details> },
          { title: 'User', show: (l) => (l.user_id ? <a href={`/dashboard/users/${id(l.user_id)}`}>{l.user_name || l.user_id}</a> : l.user_name ?? '') },
          { title: 'Application', show: (l) => l.client_name ?? l.client_id ?? '' },
          { title: 'Address', show: (l) => l.ip ?? '' },
        ]} />}
      </Loaded>
    </Page>
  );
}
