// What all benchmarks share.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
export const fixed = (value, digits = 2) => value.toFixed(digits);
export const line = (name, value, peer = '') => console.log(`${name.padEnd(62)} ${String(value).padStart(12)}  ${peer}`);

/** Resident memory of a process, in MB. */
export const memory = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

const ticks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
/** User and system time of all threads of a process, in seconds. */
export function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}

/** Signatures that one core makes in a second with 2048-bit RSA: the limit of whoever signs. */
export function signatureLimit() {
  const speed = execFileSync('openssl', ['speed', '-seconds', '2', 'rsa2048'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return Number(/rsa\s+2048 bits\s+\S+\s+\S+\s+([\d.]+)/.exec(speed)[1]);
}

/** Requests per CPU second of the process `pid` under wrk; every answer must be good. */
export function load(pid, url, { script, headers = {}, seconds = 4, connections = 16 } = {}) {
  const before = cpuSeconds(pid);
  const { stdout, stderr } = spawnSync('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, ...(script ? ['-s', script] : []), ...Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]), url], { encoding: 'utf8' });
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1]);
  if (!requests || /Non-2xx|timeout [1-9]/.test(stdout)) throw new Error(`${url}: not every answer was good\n${stdout}${stderr}`);
  return requests / (cpuSeconds(pid) - before);
}

/** A script of wrk's that sends a form. */
export const formScript = (body) => `wrk.method = "POST"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
wrk.body = ${JSON.stringify(body)}
`;
