// Runs rows whose programs refuse `localhost` and ports where they do not: on a network and with a hosts file of their own, made by
// `ostia dev-domain`, which leave this machine as it is.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder, ostia } from '../../lib/program.mjs';

const inside = 'ip link set lo up; mount --bind "$HOSTS" /etc/hosts; exec "$@"';

/** Runs the rows of that name at `domain`; what went wrong, or nothing. */
export function runAt(domain, id) {
  const root = folder(), hosts = join(root, 'etc/hosts'), own = process.getuid() === 0 ? [] : ['--map-root-user'];
  for (const dir of ['etc', 'proc/sys/net/ipv4', 'usr/local/share/ca-certificates']) mkdirSync(join(root, dir), { recursive: true });
  copyFileSync('/etc/hosts', hosts);
  writeFileSync(join(root, 'proc/sys/net/ipv4/ip_unprivileged_port_start'), '1024\n');
  const made = spawnSync(ostia, ['dev-domain', domain, '--root', root], { encoding: 'utf8' });
  if (made.status !== 0) return made.stderr;
  const { status, stdout, stderr } = spawnSync('unshare', [...own, '--net', '--mount', 'sh', '-ec', inside, 'sh', process.execPath, process.argv[1]],
    { encoding: 'utf8', env: { ...process.env, HOSTS: hosts, ONLY: id, AT_DOMAIN: domain }, stdio: ['ignore', 'pipe', 'pipe'] });
  return status === 0 ? undefined : /^FAIL .*/m.exec(stdout)?.[0] ?? stderr;
}
