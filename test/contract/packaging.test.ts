/** What ships besides the package: the image, its entry point, the template and the release are what the pages say. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { releaseFaults } from '../../scripts/release-check.ts';
import { notesOf } from '../../scripts/release-notes.ts';
import { shippedFaults } from '../../scripts/shipped-files.ts';
import type { SettingName } from '../../src/settings/table.ts';
import { SETTINGS, variableOf } from '../../src/settings/table.ts';
import { scratchDirOnDisk } from '../helpers/scratch.ts';

const read = (file: string): string => readFileSync(file, 'utf8');
const VARIABLES = Object.keys(SETTINGS).map((name) => variableOf(name as SettingName));

test('the page on Docker shows the files that make the image', () => {
  const page = read('docs/docker.md');
  assert.ok(page.includes(`\`\`\`dockerfile\n${read('packaging/docker/Dockerfile')}\`\`\``));
  assert.ok(page.includes(`\`\`\`yaml\n${read('packaging/docker/compose.yaml')}\`\`\``));
});

test('both images run the same program with the same data, health and signals', () => {
  for (const file of ['packaging/docker/Dockerfile', 'packaging/docker/Dockerfile.alpine']) {
    const text = read(file);
    assert.match(text, /^ENV PLEXSYNC_DATA_DIR=\/config /m, file);
    assert.match(text, /^HEALTHCHECK .*CMD \["plexsync", "stats", "--check", "--live"\]$/m, file);
    assert.match(text, /^ENTRYPOINT \["plexsync"\]\nCMD \["process", "--watch"\]\n$/m, file);
    assert.match(text, /^COPY --chmod=755 packaging\/docker\/entrypoint\.sh \/usr\/local\/sbin\/plexsync$/m, file);
  }
  assert.match(read('packaging/docker/Dockerfile.alpine'), /apk add --no-cache setpriv/);
});

test('the images are built from any version, once for all machines, and without secrets that lie beside the compose file', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  for (const file of ['packaging/docker/Dockerfile', 'packaging/docker/Dockerfile.alpine']) {
    const text = read(file);
    assert.ok(!text.includes(version), file);
    assert.match(text, /^FROM --platform=\$BUILDPLATFORM node:24-\w+ AS build$/m);
    // npm pack makes no folder.
    assert.match(text, /mkdir \/pack && npm pack /);
  }
  const ignored = read('.dockerignore').split('\n');
  const untracked = read('.gitignore').split('\n');
  for (const [, secret = ''] of read('packaging/docker/compose.yaml').matchAll(/file: \.\/(\w+)/g)) {
    const pattern = `packaging/docker/*_${secret.split('_').at(-1)}`;
    assert.ok(ignored.includes(pattern) && untracked.includes(`/${pattern}`), secret);
  }
});

test('every variable of the compose file and of the template for Unraid is one that plexsync knows', () => {
  const compose = [...read('packaging/docker/compose.yaml').matchAll(/^ {6}([A-Z_]+): /gm)].map(([, name]) => name);
  const unraid = [...read('packaging/unraid/plexsync.xml').matchAll(/Target="([A-Z_]+)"/g)].map(([, name]) => name);
  for (const name of [...compose, ...unraid])
    assert.ok([...VARIABLES, 'PUID', 'PGID', 'UMASK', 'TZ'].includes(name ?? ''), name);
  assert.match(read('packaging/unraid/plexsync.xml'), /Target="PLEX_TOKEN"[^>]*Mask="true"/);
});

/** The entry point with stand-ins for what it calls: who it is, and the program that it becomes. */
function enter(t: TestContext, uid: number, env: Record<string, string>, programs: Record<string, string> = {}) {
  const dir = scratchDirOnDisk(t, 'entry');
  const program = (name: string, line: string): void => {
    writeFileSync(join(dir, name), `#!/bin/sh\n${line}\n`);
    chmodSync(join(dir, name), 0o755);
  };
  const lines = {
    id: `echo ${uid}`,
    setpriv: 'echo "setpriv $1 $2 $3"; shift 3; exec "$@"',
    chown: 'echo "chown $*"',
    plexsync: 'echo "plexsync $* as $(umask)"',
    ...programs,
  };
  for (const [name, line] of Object.entries(lines)) program(name, line);
  mkdirSync(join(dir, 'config'));
  const shell = { PATH: `${dir}:/usr/bin:/bin`, PLEXSYNC_DATA_DIR: join(dir, 'config'), ...env };
  const owner = statSync(join(dir, 'config')).uid;
  const script = join(dir, 'entrypoint.sh');
  writeFileSync(
    script,
    read('packaging/docker/entrypoint.sh').replace('/usr/local/bin/plexsync', join(dir, 'plexsync')),
  );
  const ran = spawnSync('sh', [script, 'process', '--watch'], {
    env: shell,
    encoding: 'utf8',
  });
  return { ...ran, dir, owner };
}

test('as root it gives the data to PUID and becomes plexsync under that user', (t) => {
  const { stdout, dir } = enter(t, 0, { PUID: '4711', PGID: '12', UMASK: '027' });
  assert.equal(
    stdout,
    `chown -Rh 4711:12 ${dir}/config\nsetpriv --reuid=4711 --regid=12 --clear-groups\nplexsync process --watch as 0027\n`,
  );
});

test('as another user it changes nothing, and data that is right is not touched', (t) => {
  assert.equal(enter(t, 1000, { PUID: '4711' }).stdout, 'plexsync process --watch as 0077\n');
  const { owner } = enter(t, 1000, {});
  assert.doesNotMatch(enter(t, 0, { PUID: String(owner) }).stdout, /chown/);
});

test('a PUID that is no number, and a UMASK that is none, are refused in one sentence', (t) => {
  const user = enter(t, 0, { PUID: 'media' });
  assert.equal(user.status, 2);
  assert.equal(user.stderr, 'plexsync: PUID and PGID must be numbers, not "media" and "1000".\n');
  for (const UMASK of ['u=rwx', '9', '088', '22'])
    for (const uid of [0, 1000]) {
      const { status, stdout, stderr } = enter(t, uid, { UMASK });
      assert.deepEqual([status, stdout], [2, ''], UMASK);
      assert.equal(stderr, `plexsync: UMASK must be three octal digits such as 022, not "${UMASK}".\n`);
    }
});

test('variables that a template leaves empty count as unset', (t) => {
  const { stdout } = enter(t, 0, { PUID: '', PGID: '', UMASK: '' });
  assert.match(stdout, /setpriv --reuid=1000 --regid=1000 --clear-groups\nplexsync process --watch as 0077\n$/);
});

test('a folder that cannot be given away is left to plexsync to complain of', (t) => {
  const { status, stdout } = enter(t, 0, { PUID: '4711' }, { chown: 'exit 1' });
  assert.equal(status, 0);
  assert.match(stdout, /^setpriv --reuid=4711 .*\nplexsync process --watch/);
});

test('a folder that is not there is none to give away', (t) => {
  const { stdout, stderr, dir } = enter(t, 0, { PUID: '4711', PLEXSYNC_DATA_DIR: '/nowhere/harbour' });
  assert.deepEqual([stdout.includes('chown'), stderr], [false, ''], dir);
});

test('plexsync becomes the process that was started, so that signals reach it', (t) => {
  for (const uid of [0, 1000]) {
    const { stdout, pid } = enter(t, uid, {}, { plexsync: 'echo "pid $$"' });
    assert.match(stdout, new RegExp(`^pid ${pid}$`, 'm'));
  }
});

const CHANGELOG =
  '# Changelog\n\n## [Unreleased]\n\n- New.\n\n## [0.2.0] - 2027-03-01\n\n### Added\n\n- A pier.\n\n## [0.1.0] - 2026-12-01\n';

test('the notes of a release are its section of the changelog', () => {
  assert.equal(notesOf(CHANGELOG, '0.2.0'), '### Added\n\n- A pier.');
  assert.equal(notesOf(CHANGELOG, 'Unreleased'), '- New.');
  for (const version of ['0.1.0', '0.2', '9.9.9']) assert.equal(notesOf(CHANGELOG, version), undefined, version);
});

test('a release whose tag, version, notes or files do not agree is found out', () => {
  const packed = ['bin/plexsync.js', 'dist/cli.cjs', 'README.md', 'LICENSE', 'CHANGELOG.md', 'man/plexsync.1'];
  const right = { version: '0.2.0', tag: 'v0.2.0', changelog: CHANGELOG, packed };
  assert.deepEqual(releaseFaults(right), []);
  assert.deepEqual(releaseFaults({ ...right, version: '0.3.0', tag: undefined }), []);
  assert.equal(releaseFaults({ ...right, tag: 'v0.3.0' }).length, 1);
  assert.equal(releaseFaults({ ...right, version: '0.1.0', tag: 'v0.1.0' }).length, 1);
  assert.equal(releaseFaults({ ...right, packed: [...packed.slice(1), 'src/cli.ts'] }).length, 2);
});

test('the release runs the tests and the check before it publishes, and makes images for both machines', () => {
  const workflow = read('.github/workflows/release.yml');
  const steps = [...workflow.matchAll(/^ {6}- (?:run|uses): (.*)$/gm)].map(([, step]) => step ?? '');
  const at = (words: string): number => steps.findIndex((step) => step.includes(words));
  assert.ok(at('.ci/run') < at('release:check') && at('release:check') < at('npm publish --provenance'));
  assert.ok(at('npm publish') < at('gh release create'));
  assert.match(workflow, /platforms: linux\/amd64,linux\/arm64/);
  assert.match(workflow, /tags: \['v\*'\]/);
  // Without a repository in the package npm refuses the proof; an early version must not become the latest.
  assert.ok(at('npm pkg set "repository.type') < at('npm publish') && at('release:check') < at('npm pkg set'));
  assert.match(workflow, /CHANNEL: \$\{\{ contains\(github\.ref_name, '-'\) && 'next' \|\| 'latest' \}\}/);
  // An argument of a command is seen by every program of the machine.
  for (const step of steps) assert.doesNotMatch(step.replaceAll(/'[^']*'/g, ''), /secrets\.|NODE_AUTH_TOKEN/);
  assert.ok(at('.ci/run') < at(':_authToken') && at(':_authToken') < at('npm publish'));
});

const SCRIPTS = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts);
const present = (file: string): string | undefined => (existsSync(file) ? read(file) : undefined);

test('what makes image and release is there, can be read, and names only what is there', () => {
  assert.deepEqual(shippedFaults({ read: present, scripts: SCRIPTS }), []);
  const faultsWith = (file: string, change: (text: string) => string): readonly string[] => {
    const changed = (name: string): string | undefined => {
      const text = present(name);
      return name === file && text !== undefined ? change(text) : text;
    };
    return shippedFaults({ read: changed, scripts: SCRIPTS });
  };
  const compose = 'packaging/docker/compose.yaml';
  const workflow = '.github/workflows/release.yml';
  const wrong: readonly (readonly [string, string, string])[] = [
    [compose, '    image: plexsync', '     image: plexsync'],
    [compose, '    image: plexsync', '\timage: plexsync'],
    [compose, '    image: plexsync', '    image: plexsync\n    image: other'],
    [compose, '    image: plexsync', '    image: "plexsync'],
    [compose, '    image: plexsync', '    image plexsync'],
    [compose, 'packaging/docker/Dockerfile', 'packaging/docker/Dockerfile.debian'],
    [workflow, "['v*']", "['v*'"],
    [workflow, 'release:check', 'release:test'],
    [workflow, 'scripts/release-notes.ts', 'scripts/notes.ts'],
    ['packaging/unraid/plexsync.xml', '</Name>', '</Title>'],
    ['packaging/unraid/plexsync.xml', '</Container>', ''],
    ['packaging/unraid/plexsync.xml', 'Target="/config"', 'Target="a & b"'],
    ['packaging/docker/Dockerfile', 'packaging/docker/entrypoint.sh', 'packaging/docker/start.sh'],
  ];
  for (const [file, from, to] of wrong) {
    assert.ok(read(file).includes(from), from);
    assert.notDeepEqual(
      faultsWith(file, (text) => text.replace(from, to)),
      [],
      `${file}: ${to}`,
    );
  }
  const without = (gone: string) =>
    shippedFaults({ read: (file) => (file === gone ? undefined : present(file)), scripts: SCRIPTS });
  assert.ok(without(compose).includes(`${compose} is missing.`));
});
