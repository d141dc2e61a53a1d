// `make package`: .deb, npm tarball and source archive, in build/packages.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { root, run } from './lib.mjs';

const out = `${root}/build/packages`;
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
run('cpack', ['--config', 'build/release/CPackConfig.cmake', '-B', out], { stdio: ['ignore', 'ignore', 'inherit'] });
rmSync(`${out}/_CPack_Packages`, { recursive: true, force: true });
run('npm', ['pack', `${root}/build/npm`, '--pack-destination', out, '--silent'], { stdio: ['ignore', 'ignore', 'inherit'] });
run('git', ['archive', '--format=tar.gz', '--prefix=ostia/', `--output=${out}/ostia-source.tar.gz`, 'HEAD']);
for (const file of readdirSync(out)) console.log(`build/packages/${file}`);
