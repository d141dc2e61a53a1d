// `make package`: three .deb, the npm tarball, the source archive, what is in them (CycloneDX) and their checksums, in
// build/packages. The same commit gives the same bytes.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { root, run, version } from './lib.mjs';
import { bill } from './sbom.mjs';

const out = `${root}/build/packages`;
const quiet = { stdio: ['ignore', 'ignore', 'inherit'] };
const read = (program, args) => execFileSync(program, args, { cwd: root, encoding: 'utf8' }).trim();
// Everything in the packages is as old as the commit that they are made of.
process.env.SOURCE_DATE_EPOCH = read('git', ['log', '-1', '--format=%ct']);
process.umask(0o022);

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
run('cpack', ['--config', 'build/release/CPackConfig.cmake', '-B', out], quiet);
rmSync(`${out}/_CPack_Packages`, { recursive: true, force: true });
run('npm', ['pack', `${root}/build/npm`, '--pack-destination', out, '--silent'], quiet);
run('git', ['archive', '--format=tar.gz', `--prefix=ostia-${version}/`, `--output=${out}/ostia-${version}.tar.gz`, 'HEAD']);
writeFileSync(`${out}/ostia-${version}.cdx.json`, `${JSON.stringify(bill(), null, 2)}\n`);

const files = readdirSync(out).sort();
writeFileSync(`${out}/SHA256SUMS`, files.map((file) => `${createHash('sha256').update(readFileSync(`${out}/${file}`)).digest('hex')}  ${file}\n`).join(''));
for (const file of [...files, 'SHA256SUMS']) console.log(`build/packages/${file}`);
