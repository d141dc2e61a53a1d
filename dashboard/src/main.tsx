import '@picocss/pico/css/pico.min.css';
import './style.css';
import { render } from 'preact';
import { App, Refused } from './app';
import { start } from './session';

const root = document.getElementById('app')!;
root.replaceChildren();
try {
  const session = await start();
  render(session.isAdministrator ? <App session={session} /> : <Refused who={session.name} />, root);
} catch (error: any) {
  render(<Refused what={error.description ?? error.errorDescription ?? error.message ?? String(error)} />, root);
}
