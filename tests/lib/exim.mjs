// Debian's Exim, as a mail server on a port of its own that keeps each mail that it takes in a file, which is there once it
// is whole. A process of it serves each connection, as inetd would do it. Its own user must be able to take the mail, so
// the tests with it run as root.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { folder, freePort } from './program.mjs';

const configuration = (dir, refused) => `
primary_hostname = mail.test
spool_directory = ${dir}/spool
log_file_path = ${dir}/log/%slog
keep_environment =
acl_smtp_rcpt = rcpt
tls_advertise_hosts =
begin acl
rcpt:
  deny recipients = ${refused}
       message = no such mailbox
  accept
begin routers
all:
  driver = accept
  transport = maildir
begin transports
maildir:
  driver = appendfile
  maildir_format
  directory = ${dir}/mails
  user = Debian-exim
  group = Debian-exim
  mode_fail_narrower = false
begin retry
* * F,2h,1m
`;

/** Starts it; `mails()` reads what has come, raw. It refuses mail to `refused`. Null, and the test skipped, without root. */
export async function startExim(t, refused = 'nobody@refused.example') {
  if (process.getuid() !== 0) return t.skip('Exim needs root here') ?? null;
  const dir = folder();
  const port = await freePort();
  for (const part of ['spool', 'log']) mkdirSync(`${dir}/${part}`);
  writeFileSync(`${dir}/exim.conf`, configuration(dir, refused));
  chmodSync(dir, 0o755);
  execFileSync('chown', ['-R', 'Debian-exim:Debian-exim', dir]);
  execFileSync('chown', ['root:root', `${dir}/exim.conf`]);
  let server;
  const serving = new Set();
  const serve = (socket) => {
    const child = spawn('/usr/sbin/exim4', ['-C', `${dir}/exim.conf`, '-bs', '-odf'], { stdio: ['pipe', 'pipe', 'ignore'] });
    const ended = new Promise((resolve) => child.on('close', resolve)).then(() => serving.delete(ended));
    serving.add(ended);
    socket.pipe(child.stdin).on('error', () => {});
    child.stdout.pipe(socket).on('error', () => {});
  };
  const start = () => new Promise((resolve) => { server = createServer(serve).listen(port, '127.0.0.1', resolve); });
  const stop = async () => {
    await new Promise((resolve) => { server.close(resolve); });
    await Promise.all(serving);
  };
  const mails = () => {
    if (!existsSync(`${dir}/mails/new`)) return [];
    const files = readdirSync(`${dir}/mails/new`).map((name) => `${dir}/mails/new/${name}`), at = (file) => statSync(file, { bigint: true }).mtimeNs;
    return files.sort((a, b) => (at(a) < at(b) ? -1 : 1)).map((file) => readFileSync(file, 'utf8'));
  };
  await start();
  t.after(stop);
  return { port, start, stop, mails };
}
