// Debian's Exim, as a mail server on a port of its own that keeps everything it takes in one file.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { folder, freePort } from './program.mjs';

const isRoot = process.getuid() === 0;
const user = isRoot ? 'Debian-exim' : userInfo().username; // who has no root runs it as themselves

const configuration = (dir, port, refused) => `
primary_hostname = mail.test
daemon_smtp_ports = ${port}
local_interfaces = 127.0.0.1
spool_directory = ${dir}/spool
log_file_path = ${dir}/log/%slog
pid_file_path = ${dir}/pid
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
  transport = mbox
begin transports
mbox:
  driver = appendfile
  file = ${dir}/mbox
${isRoot ? '  user = Debian-exim\n  group = Debian-exim' : `  user = ${user}`}
  mode_fail_narrower = false
begin retry
* * F,2h,1m
`;

const answers = (port) => new Promise((resolve) => {
  const socket = connect(port, '127.0.0.1').on('data', () => { socket.destroy(); resolve(true); }).on('error', () => resolve(false));
});

/** Starts it; `mails()` reads what has come, raw. It refuses mail to `refused`. */
export async function startExim(t, refused = 'nobody@refused.example') {
  const dir = folder(t);
  const port = await freePort();
  for (const part of ['spool', 'log']) mkdirSync(`${dir}/${part}`);
  writeFileSync(`${dir}/exim.conf`, configuration(dir, port, refused));
  chmodSync(dir, 0o755);
  if (isRoot) {
    execFileSync('chown', ['-R', `${user}:${user}`, dir]);
    execFileSync('chown', ['root:root', `${dir}/exim.conf`]);
  }
  let server;
  const start = async () => {
    server = spawn('/usr/sbin/exim4', ['-C', `${dir}/exim.conf`, '-bdf', '-q10m'], { stdio: 'ignore' });
    for (let i = 0; i < 200 && !(await answers(port)); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  const stop = () => new Promise((resolve) => { server.on('close', resolve); server.kill('SIGTERM'); });
  await start();
  t.after(stop);
  return { port, start, stop, mails: () => (existsSync(`${dir}/mbox`) ? readFileSync(`${dir}/mbox`, 'utf8').split(/^From .*\n/m).slice(1) : []) };
}
