// How the programs of each ecosystem are installed, in build/clients, and started. What is installed once stays, and is not
// asked of a registry again while its list is the same.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../tools/lib.mjs';

const sources = `${root}/tests/clients`, build = `${root}/build/clients`;
const read = (file) => readFileSync(`${sources}/${file}`, 'utf8');

/** Runs a program to its end; throws what it said. */
function run(program, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync('nice', [program, ...args], { encoding: 'utf8', maxBuffer: 1 << 28, ...options });
  if (status !== 0) throw new Error(`${program} ${args[0]}: ${error?.message ?? `${stderr}${stdout}`.slice(-1500)}`);
  return stdout;
}

/** Does `work` unless it has been done for the same `wanted`. */
function once(name, wanted, work) {
  const dir = join(build, name), mark = join(dir, '.installed');
  mkdirSync(dir, { recursive: true });
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return dir;
  work(dir);
  writeFileSync(mark, wanted);
  return dir;
}

/** The sources go beside what is installed: there the language looks for packages. */
const copied = (name, dir) => cpSync(join(sources, name), join(dir, 'src'), { recursive: true });

const npmVersions = () => JSON.parse(read('node/package.json')).dependencies;
function npm() {
  const list = read('node/package.json');
  const dir = once('node', list, (at) => {
    writeFileSync(join(at, 'package.json'), list);
    run('npm', ['install', '--no-audit', '--no-fund', '--legacy-peer-deps', '--loglevel=error'], { cwd: at });
  });
  for (const name of ['node', 'browser']) cpSync(join(sources, name), join(dir, name), { recursive: true });
  cpSync(`${root}/tests/lib/passkey.mjs`, join(dir, 'node/passkey.mjs')); // a device for those who ask one
  return dir;
}
const versionOfNpm = (name) => () => (npmVersions()[name] ?? '').replace(/^npm:.*@/, '');

const pins = (file, pattern) => (name) => () => new RegExp(pattern.replace('NAME', name.replace(/[/.[\]]/g, '\\$&')), 'im').exec(read(file))?.[1];

const debian = (packages) => {
  const isThere = (name) => spawnSync('dpkg-query', ['-W', '-f', '${Status}', name], { encoding: 'utf8' }).stdout.includes('ok installed');
  const missing = packages.filter((name) => !isThere(name));
  if (!missing.length) return;
  const root = process.getuid() === 0 ? [] : ['sudo'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const [program, ...args] = [...root, 'apt-get'];
  run(program, [...args, 'update', '-qq'], { env });
  run(program, [...args, 'install', '-qq', '-y', '--no-install-recommends', ...missing], { env });
};
/** The version that its makers gave it, without Debian's part. */
const versionOfDebian = (name) => () => {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Version}', name], { encoding: 'utf8' });
  return stdout.replace(/^\d+:/, '').replace(/-[^-]*$/, '').replace(/[+~](dfsg|ds|deb).*$/, '');
};
const debianList = (name) => read(`${name}/packages.txt`).split(/\s+/).filter(Boolean);

/** Something of Debian's: a script that its interpreter runs. */
const interpreted = (name, title, program, more = {}) => ({
  title,
  install() {
    debian(debianList(name));
    return join(sources, name);
  },
  version: versionOfDebian,
  command: (row, dir) => ({ command: [...program, join(dir, row.script)], cwd: dir, env: {} }),
  ...more,
});

export const ecosystems = {
  node: {
    title: 'Node',
    install: npm,
    version: versionOfNpm,
    command: (row, dir) => ({ command: [process.execPath, join(dir, 'node', row.script), ...(row.args ?? [])], cwd: dir, env: {} }),
  },
  browser: {
    title: 'Browser',
    about: 'In Chromium, as a page of the same site as the authority.',
    install: npm,
    version: versionOfNpm,
    command: (row, dir) => ({ command: [process.execPath, `${sources}/lib/page-driver.mjs`, join(dir, 'browser', row.script)], cwd: dir, env: {} }),
  },
  python: {
    title: 'Python',
    install() {
      const list = read('python/requirements.txt');
      const dir = once('python', list, (at) => {
        run('python3', ['-m', 'venv', at]);
        run(`${at}/bin/pip`, ['install', '-q', '--disable-pip-version-check', '-r', `${sources}/python/requirements.txt`]);
      });
      return dir;
    },
    version: pins('python/requirements.txt', '^NAME(?:\\[[^\\]]*\\])?==(\\S+)'),
    command: (row, dir) => ({ command: [row.python ?? `${dir}/bin/python`, join(sources, 'python', row.script), ...(row.args ?? [])], cwd: dir, env: { PYTHONDONTWRITEBYTECODE: '1' } }),
  },
  go: {
    title: 'Go',
    install() {
      const programs = read('go/programs.txt');
      const dir = once('go', programs, (at) => {
        const failed = [];
        for (const program of programs.split('\n').filter(Boolean)) {
          // By a module of its own: some are refused by `go install`, which asks for all versions.
          const own = `${at}/programs/${program.replace(/\W/g, '-')}`, [name, version] = program.split('@'), module = name.replace(/\/cmd\/.*/, '');
          mkdirSync(own, { recursive: true });
          writeFileSync(`${own}/go.mod`, `module programs\n\ngo 1.26\n\nrequire ${module} ${version}\n`);
          try { run('go', ['build', '-mod=mod', '-o', `${at}/bin/`, name], { cwd: own }); } catch { failed.push(program); }
        }
        if (failed.length) console.log(`could not be installed here: ${failed.join(', ')}`);
      });
      cpSync(`${sources}/go`, `${dir}/src`, { recursive: true });
      run('go', ['build', '-o', `${dir}/bin/`, './...'], { cwd: `${dir}/src`, env: { ...process.env, GOFLAGS: '-mod=mod' } });
      return dir;
    },
    version: pins('go/go.mod', 'NAME v(\\S+)'),
    command: (row, dir) => ({ command: row.script.endsWith('.sh') ? ['bash', join(sources, 'go', row.script)] : [`${dir}/bin/${row.script.split('/')[0]}`, ...(row.args ?? [])], cwd: dir, env: { PATH: `${dir}/bin:${process.env.PATH}` } }),
  },
  java: {
    title: 'Java',
    // One folder of jars and one of classes for each `set`: the frameworks want different versions of the same jars.
    install() {
      const dir = `${build}/java`;
      for (const file of readdirSync(`${sources}/java`).filter((f) => f.endsWith('.xml'))) {
        const set = file.replace('.xml', '');
        once(`java/${set}`, read(`java/${file}`), (at) => run('mvn', ['-q', '-B', '-f', `${sources}/java/${file}`, 'dependency:copy-dependencies', `-DoutputDirectory=${at}/jars`, '-Dmdep.useBaseVersion=true']));
        const own = readdirSync(`${sources}/java/${set}`).filter((f) => f.endsWith('.java')).map((f) => `${sources}/java/${set}/${f}`);
        run('javac', ['-nowarn', '-cp', `${dir}/${set}/jars/*`, '-d', `${dir}/${set}/classes`, `${sources}/java/Kit.java`, ...own]);
      }
      return dir;
    },
    version: (name) => (row) => new RegExp(`<artifactId>${name}</artifactId>\\s*<version>([^<]+)`).exec(read(`java/${row.script.split('/')[0]}.xml`))?.[1],
    command(row, dir) {
      const [set, file] = row.script.split('/');
      const trust = `${dir}/trust-${row.id}.p12`;
      return {
        command: ['sh', '-c', `rm -f ${trust}; keytool -importcert -noprompt -alias ca -file "$CA" -keystore ${trust} -storepass changeit -storetype PKCS12 2>/dev/null && exec java -XX:TieredStopAtLevel=1 -Djavax.net.ssl.trustStore=${trust} -Djavax.net.ssl.trustStorePassword=changeit ${(row.args ?? []).join(' ')} -cp '${dir}/${set}/classes:${dir}/${set}/jars/*' ${file.replace('.java', '')}`],
        cwd: dir, env: {},
      };
    },
  },
  debian: interpreted('debian', 'Servers and tools of Debian', ['bash'], { about: 'Each in the version of Debian 12, started with a configuration file of its own.' }),
  c: {
    title: 'C and C++',
    install() {
      debian(debianList('c'));
      const dir = `${build}/c`;
      mkdirSync(dir, { recursive: true });
      for (const file of readdirSync(`${sources}/c`).filter((f) => /\.(c|cpp)$/.test(f))) {
        const flags = /\/\/ libraries: (.*)/.exec(read(`c/${file}`))[1].split(' ');
        const given = flags.filter((f) => !f.startsWith('-')), more = flags.filter((f) => f.startsWith('-'));
        const found = given.length ? execFileSync('pkg-config', ['--cflags', '--libs', ...given], { encoding: 'utf8' }).trim().split(/\s+/) : [];
        run(file.endsWith('.c') ? 'cc' : 'c++', [...(file.endsWith('.c') ? [] : ['-std=c++20', '-fPIC']), '-w', '-o', `${dir}/${file.replace(/\.\w+$/, '')}`, `${sources}/c/${file}`, ...found, ...more]);
      }
      return dir;
    },
    version: versionOfDebian,
    command: (row, dir) => ({ command: [`${dir}/${row.script.replace(/\.\w+$/, '')}`], cwd: dir, env: {} }),
  },
  rust: {
    title: 'Rust',
    install() {
      const dir = `${build}/rust`;
      mkdirSync(dir, { recursive: true });
      copied('rust', dir);
      run('cargo', ['build', '--quiet', '--locked'], { cwd: `${dir}/src`, env: { ...process.env, CARGO_TARGET_DIR: `${dir}/target` } });
      return dir;
    },
    version: pins('rust/Cargo.toml', '^NAME = (?:\\{[^}]*version = )?"=?([^"]+)"'),
    command: (row, dir) => ({ command: [`${dir}/target/debug/${row.script.replace(/^src\/bin\/|\.rs$/g, '')}`], cwd: dir, env: {} }),
  },
  ruby: interpreted('ruby', 'Ruby', ['ruby']),
  perl: interpreted('perl', 'Perl', ['perl']),
  r: interpreted('r', 'R', ['Rscript', '--vanilla']),
  erlang: interpreted('erlang', 'Erlang', ['escript']),
};
