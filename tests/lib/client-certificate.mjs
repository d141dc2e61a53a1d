// Certificates that clients show, made by OpenSSL, and the headers by which a proxy hands them over (RFC 8705, RFC 9440).
import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from './program.mjs';

export class Certificate {
  constructor(subject = '/O=Example/CN=client') {
    const dir = folder(), out = join(dir, 'cert.pem');
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', join(dir, 'key.pem'), '-out', out, '-days', '30', '-utf8', '-subj', subject], { stdio: 'pipe' });
    this.pem = readFileSync(out, 'utf8');
    this.der = new X509Certificate(this.pem).raw;
    this.thumbprint = createHash('sha256').update(this.der).digest('base64url');
  }

  /** As the vendor has it; `verified`: what the proxy says of its authority. */
  headers(verified = 'NONE') { return { 'client-certificate': encodeURIComponent(this.pem), 'client-certificate-ca-verified': verified }; }
  /** As RFC 9440 has it. */
  field() { return { 'client-cert': `:${this.der.toString('base64')}:` }; }
}
