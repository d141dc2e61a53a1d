import '@picocss/pico/css/pico.min.css';
import './style.css';
import { render } from 'preact';
import { finishWaiting } from './api';
import { App, Refused } from './app';
import { complain, say } from './parts/notices';
import { start } from './session';

const root = document.getElementById('app')!;
root.replaceChildren();
try {
  const session = await start();
  await finishWaiting(session).then((was) => was && say('You have logged in again, and your change was made.'), complain);
  render(session.isAdministrator ? <App session={session} /> : <Refused who={session.name} />, root);
} catch (error: any) {
  render(<Refused what={error.description ?? error.errorDescription ?? error.message ?? String(error)} />, root);
}
