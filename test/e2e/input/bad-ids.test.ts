/** Ids that are none, unknown, twice or beside filters, and what asks first where nobody can answer. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Rig } from '../../helpers/rig.ts';
import { setup } from '../../helpers/rig.ts';

/** Dead letters 1 and 2, and the jobs of the scenes 3 and 4 waiting. */
async function setupHarbour(t: TestContext): Promise<Rig> {
  const rig = await setup(t);
  for (const id of [1, 2]) rig.plex.addItem({ sectionKey: '1', file: `/media/${id}.mp4` });
  rig.plex.fail('edit', { kind: 'status', status: 400 }, 2);
  for (const id of [1, 2]) await rig.run(['enqueue', `${id}`, '--path', `/media/${id}.mp4`, '--title', `Pier ${id}`]);
  assert.equal((await rig.run(['process'])).code, 1);
  for (const id of [3, 4]) await rig.run(['enqueue', `${id}`, '--path', `/media/${id}.mp4`, '--title', `Pier ${id}`]);
  return rig;
}

type Case = readonly [args: readonly string[], sentence: RegExp, hint?: RegExp];

const NO_ID = /An id is a positive whole number/;
const BAD_IDS = ['', 'pier', '0', '-1', '1.5', '1e3', '0x1', '1,2', '99999999999999999999'];

/** `prefix` up to the id. `--` lets -1 be one. */
function noIds(prefix: readonly string[], what: string): readonly Case[] {
  return BAD_IDS.map((id) => [[...prefix, '--', id], new RegExp(`^plexsync: "${id}" is no ${what} id\\.$`), NO_ID]);
}

const CASES: readonly Case[] = [
  ...noIds(['dlq', 'show'], 'dead letter'),
  ...['list', 'retry', 'purge', 'export'].flatMap((verb) => noIds(['dlq', verb], 'dead letter').slice(0, 2)),
  ...noIds(['queue', 'drop', '--yes'], 'job').slice(0, 4),
  ...noIds(['status'], 'scene').slice(0, 4),
  ...['list', 'show', 'retry', 'purge', 'export'].map(
    (verb): Case => [['dlq', verb, '99'], /There is no dead letter 99\.$/, /plexsync dlq list shows/],
  ),
  [['dlq', 'retry', '1', '99', '--yes'], /There is no dead letter 99\.$/, /plexsync dlq list/],
  [['dlq', 'purge', '1', '99', '--yes'], /There is no dead letter 99\.$/, /plexsync dlq list/],
  [
    ['queue', 'drop', '1', '99', '--yes'],
    /There is no job \d+ in the queue\.$/,
    /Nothing was dropped\. plexsync queue list/,
  ],
  [['queue', 'drop', '--scene', '99', '--yes'], /No job of scene 99 is in the queue\.$/, /Nothing was dropped/],
  [
    ['queue', 'drop', '--scene', '3', '--state', 'held', '--yes'],
    /No job of scene 3 is in the queue in the state held\.$/,
    /Nothing/,
  ],
  ...['list', 'retry', 'purge', 'export'].map(
    (verb): Case => [['dlq', verb, '1', '2', '1'], /The dead letter id 1 is given twice\.$/, /Give each id once/],
  ),
  [['queue', 'drop', '3', '3', '--yes'], /The job id 3 is given twice\.$/, /Give each id once/],
  [['queue', 'drop', '--scene', '3', '--scene', '3', '--yes'], /The scene id 3 is given twice\.$/, /Give each id once/],
  ...['list', 'retry', 'purge', 'export'].flatMap((verb) =>
    [['--all'], ['--scene', '1'], ['--since', '7d'], ['--error-type', 'PlexPermanentError']].map(
      (filter): Case => [['dlq', verb, '1', ...filter], /Give ids or filters, not both\.$/],
    ),
  ),
  ...[['--all'], ['--scene', '3'], ['--state', 'due']].map(
    (filter): Case => [['queue', 'drop', '3', ...filter, '--yes'], /Give ids or filters, not both\.$/],
  ),
  [['dlq', 'retry'], /Which dead letters to retry was not said\.$/, /plexsync dlq list shows them.*--all/],
  [['dlq', 'purge', '--yes'], /Which dead letters to purge was not said\.$/, /plexsync dlq list shows them.*--all/],
  [['queue', 'drop', '--yes'], /Which jobs to drop was not said\.$/, /plexsync queue list shows them.*--all/],
  [['dlq', 'show'], /missing required argument 'id'\.$/, /^ {2}plexsync dlq show --help shows what there is\.$/],
  [['dlq', 'show', '1', '2'], /too many arguments for 'show'/],
  [['dlq', 'wlkj'], /unknown command 'wlkj'\.$/, /^ {2}plexsync dlq --help shows what there is\.$/],
  [['dlq', 'lst'], /unknown command 'lst'\.$/, /^ {2}Did you mean list\?$/],
  [['status'], /missing required argument 'sceneId'\.$/, /^ {2}plexsync status --help/],
];

/** Each asks first, says what it would do and where, and how to answer. */
const ASKING: readonly Case[] = [
  [
    ['dlq', 'purge', '1'],
    /Delete 1 dead letter from .* \(Plex server .*\) for good\? .* There is no terminal to ask at\.$/,
  ],
  [['dlq', 'purge', '--all'], /Delete 2 dead letters from .* There is no terminal to ask at\.$/],
  [['dlq', 'retry', '--all'], /Put 2 dead letters back into the queue of .* There is no terminal to ask at\.$/],
  [['dlq', 'retry', '1', '2'], /Put 2 dead letters back into the queue of .* There is no terminal to ask at\.$/],
  [['queue', 'drop', '3'], /Drop 1 job from the queue of .* There is no terminal to ask at\.$/],
  [['queue', 'drop', '--all'], /Drop 2 jobs from the queue of .* There is no terminal to ask at\.$/],
];

const rowsOf = ({ sql }: Rig): unknown => [
  sql('SELECT * FROM jobs ORDER BY id'),
  sql('SELECT * FROM dead_letters ORDER BY id', 'dlq.db'),
];

async function assertRefused({ run }: Rig, [args, sentence, hint]: Case): Promise<void> {
  const { code, stdout, stderr } = await run(args);
  const [first = '', second, ...more] = stderr.trimEnd().split('\n');
  const line = args.join(' ');
  assert.equal(code, 2, `${line}: ${stdout}${stderr}`);
  assert.equal(stdout, '', line);
  assert.match(first, /^plexsync: /, line);
  assert.match(first, sentence, line);
  if (hint !== undefined) assert.match(second ?? '', hint, line);
  assert.deepEqual(more, [], line);
}

async function assertAllRefused(rig: Rig, cases: readonly Case[]): Promise<void> {
  const before = rowsOf(rig);
  for (const one of cases) await assertRefused(rig, one);
  assert.deepEqual(rowsOf(rig), before);
}

test('ids that are none, unknown, twice or beside filters are refused, and nothing is done for the others', async (t) => {
  await assertAllRefused(await setupHarbour(t), CASES);
});

test('what asks first says without a terminal what it would do and how to answer, and does nothing', async (t) => {
  const rig = await setupHarbour(t);
  await assertAllRefused(
    rig,
    ASKING.map(([args, sentence]) => [args, sentence, /^ {2}Run again with --yes\.$/]),
  );
  for (const [args] of ASKING) {
    const { stderr } = await rig.run([...args, '--json']);
    const { error } = JSON.parse(stderr) as { error: { readonly hint: string } };
    assert.equal(error.hint, 'Run again with --yes.');
  }
});

test('init over a config file asks first, and without a terminal leaves it as it is', async (t) => {
  const rig = await setupHarbour(t);
  const file = join(rig.dataDir, 'config.json');
  writeFileSync(file, '{"max_tags": 20}\n', { mode: 0o600 });
  await assertRefused(rig, [['init'], /config\.json exists\. Change it\? There is no terminal to ask at\.$/, /--yes/]);
  assert.equal(readFileSync(file, 'utf8'), '{"max_tags": 20}\n');
  assert.equal((await rig.run(['init', '--yes'])).code, 0);
  assert.match(readFileSync(file, 'utf8'), /"max_tags": 20[\s\S]*"plex_url"/);
});

test('init asks too before it replaces a file that --config names', async (t) => {
  const rig = await setupHarbour(t);
  const file = join(rig.dir, 'other.json');
  writeFileSync(file, '{"max_tags": 20}\n', { mode: 0o600 });
  await assertRefused(rig, [
    ['init', '--config', file],
    /other\.json exists\. Change it\? There is no terminal to ask at\.$/,
    /--yes/,
  ]);
  assert.equal(readFileSync(file, 'utf8'), '{"max_tags": 20}\n');
  assert.equal((await rig.run(['init', '--yes', '--config', file])).code, 0);
  assert.match(readFileSync(file, 'utf8'), /"max_tags": 20[\s\S]*"plex_url"/);
});

test('init takes nothing for a new --config out of the file in the data directory', async (t) => {
  const rig = await setupHarbour(t);
  writeFileSync(join(rig.dataDir, 'config.json'), `{"plex_url": "${rig.plex.url}"}\n`);
  const file = join(rig.dir, 'new.json');
  const { code, stderr } = await rig.run(['init', '--config', file], { env: { PLEX_URL: '' } });
  assert.equal(code, 2, stderr);
  assert.match(stderr, /The address of Plex is not set/);
  assert.ok(!existsSync(file));
});

test('init with nobody to ask and nothing given says what to give', async (t) => {
  const rig = await setup(t);
  const env = { PLEX_URL: '', PLEX_TOKEN: '' };
  for (const args of [['init'], ['init', '--yes'], ['init', '--plex-url', rig.plex.url]]) {
    const { code, stdout, stderr } = await rig.run(args, { env });
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.match(
      stderr,
      /^plexsync: .*is not set.*\n {2}Give --plex-url and --plex-token-file, or set PLEX_URL and PLEX_TOKEN_FILE\.\n$/,
    );
  }
  assert.ok(!existsSync(rig.dataDir));
});
