// Disks that tests fill.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A small disk of its own, in memory; false where this user may not mount one. */
export function mountDisk(t, dir, megabytes) {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', dir], { stdio: 'ignore' });
  } catch {
    t.skip('mounting needs root here');
    return false;
  }
  t.after(() => execFileSync('umount', ['-l', dir]));
  return true;
}

/** Fills the disk of a folder but for a few pages; gives what makes room again. */
export function fill(dir) {
  const { bavail, bsize } = statfsSync(dir), filler = join(dir, 'filler');
  try {
    writeFileSync(filler, Buffer.alloc(Math.max(0, bavail - 4) * bsize));
  } catch (error) {
    assert.equal(error.code, 'ENOSPC'); // an entry of the log came in between: full is full
  }
  return () => rmSync(filler);
}

/** How large a file of a running program may become (`ulimit -f`), in bytes. */
export const limitFiles = (pid, bytes) => execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);
