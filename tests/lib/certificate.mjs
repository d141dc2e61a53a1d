// Certificates as somebody else makes them, with the times that a test wants.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { folder } from './program.mjs';

const day = 86_400_000;
const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
const stamp = (time) => `${new Date(time).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;

/**
 * A certificate and its key, in files: from `from` until `until`, days from now. Self-signed, or by `issuer` (files `certificate`
 * and `key`); for `key`, if there is one already.
 */
export function certificate({ from = -1, until = 365, name = 'localhost', names = 'DNS:localhost,IP:127.0.0.1', issuer, key } = {}) {
  const dir = mkdtempSync(join(folder(), 'certificate-'));
  const at = (file) => join(dir, file);
  if (!key) openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', key = at('key.pem'));
  openssl('req', '-new', '-key', key, '-subj', `/CN=${name}`, '-out', at('request.pem'));
  writeFileSync(at('index'), '');
  writeFileSync(at('extensions'), `subjectAltName=${names}\nauthorityKeyIdentifier=keyid\nextendedKeyUsage=serverAuth\n`);
  writeFileSync(at('ca'), `[ca]\ndefault_ca=c\n[c]\ndatabase=${at('index')}\nnew_certs_dir=${dir}\nrand_serial=yes\ndefault_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n`);
  openssl('ca', '-batch', '-notext', '-config', at('ca'), '-in', at('request.pem'), '-out', at('certificate.pem'), '-extfile', at('extensions'), '-startdate', stamp(Date.now() + from * day), '-enddate', stamp(Date.now() + until * day),
    ...(issuer ? ['-cert', issuer.certificate, '-keyfile', issuer.key] : ['-selfsign', '-keyfile', key]));
  return { certificate: at('certificate.pem'), key };
}

/** What a new connection to that port is shown; with `ca`, as one that trusts it and nothing else sees it. */
export const shown = (port, ca) => new Promise((resolve, reject) => {
  const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: ca && readFileSync(ca), rejectUnauthorized: Boolean(ca) }, () => {
    const { fingerprint256, valid_to } = socket.getPeerCertificate();
    socket.destroy();
    resolve({ fingerprint: fingerprint256, days: (Date.parse(valid_to) - Date.now()) / day, ends_at: Date.parse(valid_to) / 1000 });
  });
  socket.on('error', reject);
});
export const fingerprintOf = (file) => openssl('x509', '-in', file, '-noout', '-fingerprint', '-sha256').split('=')[1].trim();
