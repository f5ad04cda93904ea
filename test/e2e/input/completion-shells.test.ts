/** The completion in the shells themselves, as far as this machine has them. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { runMain } from '../../helpers/run-main.ts';
import type { Shells } from '../../helpers/shells.ts';
import { runShell, setupShells, without } from '../../helpers/shells.ts';
import type { Session } from '../../helpers/terminal.ts';
import { startAtTerminal } from '../../helpers/terminal.ts';

const EVIL = 'Pier "one": $(touch pwned) `touch pwned` \'two\' & three; \\n %s $HOME *';
const CLEAN = 'Pier "one": $(touch pwned) `touch pwned`';

/** The name of a library, and how it is typed where it stands in no quotes. */
const LIBRARY = 'Quay: $(touch pwned) & 1';
const LIBRARY_TYPED = String.raw`Quay:\ \$\(touch\ pwned\)\ \&\ 1`;

/** Two waiting scenes, one of them with a title that a shell must not take at its word, and one that was written. */
async function setup(t: TestContext, given: Readonly<Record<string, string>> = {}): Promise<Shells> {
  const shells = await setupShells(t, given);
  const waiting = [
    { scene_id: 4711, title: EVIL, path: '/media/pier.mp4' },
    { scene_id: 4712, title: 'Mole', path: '/media/mole.mp4' },
  ];
  const { env } = shells;
  await runMain(['enqueue', '-', '-d', env['PLEXSYNC_DATA_DIR'] ?? ''], { input: JSON.stringify(waiting) });
  const db = new Database(join(env['PLEXSYNC_DATA_DIR'] ?? '', 'queue.db'));
  const scenes = 'scene_id, rating_key, section_key, scene_path, written, section_title';
  db.prepare(`INSERT INTO scenes (${scenes}) VALUES (1, '1', '1', '/media/quay.mp4', '{}', ?)`).run(LIBRARY);
  db.close();
  t.after(() => assert.equal(existsSync(join(shells.dir, 'pwned')), false));
  return shells;
}

/** What bash would offer for each line, where TAB is pressed twice. */
function inBash(shells: Shells, lines: readonly string[], before = ''): readonly (readonly string[])[] {
  const script = `${before}
    . '${shells.script('bash')}'
    COMP_TYPE=63
    for COMP_LINE; do COMP_POINT=\${#COMP_LINE}; _plexsync; printf '%s\\n' "\${COMPREPLY[@]}" --; done`;
  const { lines: said, stderr } = runShell(shells, ['bash', '--norc', '-c', script, 'bash', ...lines]);
  assert.equal(stderr, '');
  return said
    .join('\n')
    .split('--\n')
    .concat('')
    .slice(0, lines.length)
    .map((part) => part.replace(/--$/, '').split('\n').filter(Boolean));
}

const LINES = [
  'plexsync enq',
  'plexsync --plex-url http://plex:32400 proc',
  'plexsync stats --log-format=pl',
  'plexsync status 47',
];

test('bash offers commands, values and ids with their titles', { skip: without('bash') }, async (t) => {
  const shells = await setup(t);
  const [commands, process, formats, scenes = []] = inBash(shells, LINES);
  assert.deepEqual([commands, process, formats], [['enqueue'], ['process'], ['plain']]);
  assert.equal(scenes[0], '4712  (Mole, waits)');
  assert.ok(scenes[1]?.startsWith(`4711  (${CLEAN}`), scenes[1]);
});

test('a bash as old as that of macOS offers the same', { skip: without('bash') }, async (t) => {
  const shells = await setup(t);
  const old = 'enable -n compopt mapfile readarray; declare() { return 2; }; set -u';
  assert.deepEqual(inBash(shells, LINES.slice(0, 3), old), [['enqueue'], ['process'], ['plain']]);
  const { lines } = runShell(shells, ['bash', '--norc', '-c', `${old}; . ./completion.bash; complete -p plexsync`]);
  assert.deepEqual(lines, ['complete -o default -F _plexsync plexsync']);
});

test('a shell that is not bash says in one sentence that the script is not for it', {
  skip: without('sh'),
}, async (t) => {
  const shells = await setup(t);
  const sentence = /^plexsync: this completion is for bash; plexsync completion --help tells of the others\.\n$/;
  for (const shell of ['dash', 'zsh', 'ksh', 'sh'])
    if (without(shell) === false) {
      const isBash = runShell(shells, [shell, '-c', 'echo "$BASH_VERSION"']).lines.length > 0;
      const { lines, stderr } = runShell(shells, [shell, '-c', '. ./completion.bash; echo goes on']);
      assert.deepEqual(lines, ['goes on'], shell);
      if (!isBash) assert.match(stderr, sentence, shell);
    }
});

test('bash completes names of files with spaces at a terminal', { skip: without('bash') }, async (t) => {
  const shells = await setup(t);
  const session = await begin(shells, 'bash --norc -i', '. ./completion.bash');
  session.type('plexsync match-test north\\ \t');
  await session.see('north\\ quay.mp4');
  session.type('\u0015plexsync --data-dir=so\t');
  await session.see('=south/');
  session.type('\u0015plexsync stats > so\t');
  await session.see('south/');
  session.type('\u0015plexsync process --plex-library Qu\t');
  await session.see(LIBRARY_TYPED);
  session.type('\u0015plexsync queue drop \t\t');
  await session.see(CLEAN);
  session.type('\u0015exit\r');
  await session.ended;
});

/** A shell at a terminal, once it has carried out `first`. */
async function begin({ dir, env }: Shells, command: string, first: string): Promise<Session> {
  const session = startAtTerminal(command, { columns: 120, rows: 40, env: { ...env, TERM: 'dumb', PS1: '> ' } });
  session.type(`cd '${dir}'; ${first}; echo be''gun\r`);
  await session.see('begun');
  return session;
}

const COMPINIT = 'autoload -Uz compinit; compinit -D';

async function assertCompletes(session: Session): Promise<void> {
  const keys: readonly (readonly [keys: string, shown: string])[] = [
    ['plexsync enq\t', 'enqueue '],
    ['plexsync --plex-url http://plex:32400 proc\t', 'process '],
    ['plexsync stats --log-format=pl\t', '=plain '],
    ['plexsync match-test north\\ \t', 'north\\ quay.mp4'],
    ['plexsync process --plex-library Qu\t', LIBRARY_TYPED],
    ['plexsync process --plex-library=Qu\t', `=${LIBRARY_TYPED}`],
    ['plexsync status 47\t\t', CLEAN],
  ];
  for (const [typed, shown] of keys) {
    session.type(typed);
    await session.see(shown);
    session.type('\u0015');
  }
  session.type('exit\r');
  await session.ended;
}

test('zsh completes by a script that is sourced', { skip: without('zsh') }, async (t) => {
  const shells = await setup(t);
  await assertCompletes(await begin(shells, 'zsh -f -i', `${COMPINIT}; source <(plexsync completion zsh)`));
});

test('zsh completes by a script that is sourced before compinit', { skip: without('zsh') }, async (t) => {
  const shells = await setup(t);
  await assertCompletes(await begin(shells, 'zsh -f -i', `source <(plexsync completion zsh); ${COMPINIT}`));
});

test('zsh completes by a file in a directory of fpath', { skip: without('zsh') }, async (t) => {
  const shells = await setup(t);
  mkdirSync(join(shells.dir, 'functions'));
  writeFileSync(join(shells.dir, 'functions', '_plexsync'), (await runMain(['completion', 'zsh'])).stdout);
  await assertCompletes(await begin(shells, 'zsh -f -i', `fpath=($PWD/functions $fpath); ${COMPINIT}`));
});

test('a zsh without compinit says how completion is turned on', { skip: without('zsh') }, async (t) => {
  const session = await begin(await setup(t), 'zsh -f -i', '. ./completion.zsh');
  await session.see('completion is off in this zsh: add  autoload -Uz compinit && compinit  to ~/.zshrc.');
  session.type('exit\r');
  const { sent } = await session.ended;
  assert.equal(sent.split('completion is off').length, 2);
});

test('fish offers commands, values, ids with their titles, and files', { skip: without('fish') }, async (t) => {
  const shells = await setup(t);
  const ask = (line: string): string => `complete -C '${line}'`;
  const others = ['plexsync match-test nor', 'plexsync --data-dir=so', 'plexsync process --plex-library Qu'];
  const script = ['source completion.fish', ...[...LINES, ...others].map(ask)].join('; ');
  const { lines, stderr } = runShell(shells, ['fish', '--no-config', '-c', script]);
  assert.equal(stderr, '');
  const words = lines.map((line) => line.split('\t')[0]);
  assert.deepEqual(words.slice(0, 3), ['enqueue', 'process', '--log-format=plain']);
  assert.deepEqual(words.slice(3, 5).toSorted(), ['4711', '4712']);
  assert.ok(lines.some((line) => line.startsWith(`4711\t${CLEAN}`)));
  assert.deepEqual(words.slice(5).toSorted(), ['--data-dir=south/', LIBRARY, 'north quay.mp4', 'north*pier.mp4']);
});

test('a plexsync that cannot run is no noise in any shell', { skip: without('bash') }, async (t) => {
  const shells = await setup(t);
  writeFileSync(join(shells.dir, 'bin', 'plexsync'), '#!/bin/sh\necho "too old" >&2\nexit 2\n');
  assert.deepEqual(inBash(shells, ['plexsync enq']), [[]]);
  if (without('fish') !== false) return;
  const { lines, stderr } = runShell(shells, [
    'fish',
    '--no-config',
    '-c',
    `source completion.fish; complete -C 'plexsync enq'`,
  ]);
  assert.deepEqual([lines, stderr], [[], '']);
});
