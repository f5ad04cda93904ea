/** Every example of every command, run by a shell as it stands in the help, in a world where it makes sense. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import Database from 'better-sqlite3';
import { COMMANDS } from '../../src/command-line/outlines/commands.ts';
import { EXIT } from '../../src/exit.ts';
import { startPlexServer } from '../../src/simulator/plex/server.ts';
import { startStashServer } from '../../src/simulator/stash/server.ts';
import { picture } from '../helpers/pictures.ts';
import type { Result } from '../helpers/run-main.ts';
import { runMain } from '../helpers/run-main.ts';
import { scratchDir, scratchDirOnDisk } from '../helpers/scratch.ts';
import { BIN } from '../helpers/start-bin.ts';

/** As much of jq as the examples use: `.key` and `.key[]` of one document, or of one a line. */
const JQ = `
import { readFileSync } from 'node:fs';
const [query, file = 0] = process.argv.slice(2).filter((word) => word !== '-c');
const [, key, each] = /^\\.(\\w+)(\\[\\])?$/.exec(query);
const text = readFileSync(file, 'utf8');
let documents;
try { documents = [JSON.parse(text)]; } catch { documents = text.trim().split('\\n').map((line) => JSON.parse(line)); }
for (const document of documents)
  for (const value of each ? document[key] : [document[key]]) console.log(JSON.stringify(value));
`;

const dir = scratchDir({ after }, 'examples');
const plex = await startPlexServer({ sections: [{ key: '1', title: 'Scenes', locations: ['/media'] }] });
after(() => plex.close());
const stash = await startStashServer();
after(() => stash.close());
stash.addScene({ title: 'Tide Tables', files: ['/media/tide.mp4'] });

const template = join(dir, 'template');
const programs = scratchDirOnDisk({ after }, 'programs');
const tokenFile = join(dir, 'token');
const pinned = plex.addItem({ sectionKey: '1', file: '/media/pinned.mp4', title: 'Harbour Lights' });
await prepareTemplate();
preparePrograms();

/** What an example names that this world has elsewhere. */
const SUBSTITUTIONS: readonly (readonly [text: string, instead: string])[] = [
  ['--wait 60s', '--wait 0.1s'],
  ['http://plex:32400', plex.url],
  ['http://stash:9999', stash.url],
  ['pin 4711 1234', `pin 4711 ${pinned}`],
  ['/run/secrets/plex', tokenFile],
  ['/var/lib/node_exporter/', './'],
  ['/srv/stash/config/plugins', './plugins'],
];

type Expected = {
  /** `done` unless given. */
  readonly code?: number;
  readonly stdout?: RegExp;
  readonly stderr?: RegExp;
  /** Empty ones are as good as unset. */
  readonly env?: Readonly<Record<string, string>>;
};

const ASKS: Expected = { code: EXIT.usage, stderr: /There is no terminal to ask at\.\n {2}Run again with --yes\.\n$/ };

/** Here the environment says where Plex is, and a service would not have that. */
const UNSAVED: Expected = {
  code: EXIT.usage,
  stderr: /plex_url and plex_token come from PLEX_URL and PLEX_TOKEN, which a service does not have/,
};

/** Where more than exit code 0 matters. Nobody sits at a terminal here. */
const EXPECTED: Readonly<Record<string, Expected>> = {
  'plexsync restore plexsync.backup': ASKS,
  'plexsync notify --test': { code: EXIT.usage, stderr: /neither notify_url nor notify_command is set/ },
  // Whatever systemd there is: only what was asked for and shown is done.
  'plexsync service install': UNSAVED,
  'sudo plexsync service install --system --user media --data-dir /var/lib/plexsync': UNSAVED,
  'plexsync service install --print cron': UNSAVED,
  'plexsync service status': { code: EXIT.jobsFailed, stdout: /No service is installed here/ },
  'plexsync service status --system --json': { code: EXIT.jobsFailed },
  'plexsync stats --check --live': { code: EXIT.jobsFailed, stderr: /no watch has looked here yet/ },
  'plexsync config edit': { code: EXIT.usage, stderr: /There is no terminal for an editor/ },
  'plexsync status 4711 --wait 60s': { code: EXIT.timeUp, stdout: /due, the next run takes it/ },
  'plexsync enqueue 123 --path /media/a.mp4 --title "Harbour Lights" --performer "Ada Quay" --tag sea': {
    stdout: /^1 scene enqueued: 1 new\n$/,
  },
  'plexsync enqueue --all --dry-run --stash-url http://stash:9999': {
    stdout: /^Dry run, nothing was enqueued\. It would be 1 scene: 1 new\n$/,
  },
  'plexsync enqueue --recent 12h --stash-url http://stash:9999': { stdout: /^1 scene enqueued: 1 new/ },
  'plexsync enqueue --file scenes.ndjson': { stdout: /^2 scenes enqueued: 2 new\n$/ },
  'jq -c ".scenes[]" export.json | plexsync enqueue -': { stdout: /^2 scenes enqueued: 2 new\n$/ },
  // Nobody was told of that letter yet; the older one is past its retention.
  'plexsync process --cron --max-time 5m': {
    code: EXIT.jobsFailed,
    stderr: /DLQ contains 1 failed job requiring review: 1 LowConfidenceMatch/,
  },
  // Another example may have written it meanwhile.
  'plexsync process --dry-run --html changes.html': { stdout: /Dry run, nothing was written/ },
  'plexsync process --dry-run --limit 10': { stdout: /^Scene 4711[\s\S]*Dry run, nothing was written/ },
  'plexsync process --path-map /data=/media --limit 1 -v': { stderr: /Job 12 completed/ },
  'plexsync stats --check --max-dead 10 --max-age 6h --quiet': { stdout: /^$/ },
  'plexsync queue drop 12': ASKS,
  'plexsync queue drop --scene 4711 --dry-run': { stdout: /^Job 12 would be dropped: / },
  'plexsync queue drop --all --yes': { stdout: /^Job 12 dropped: .*\n1 job dropped\.\n$/ },
  'plexsync status 4711': { stdout: /due, the next run takes it/ },
  'plexsync queue release 4711': { code: EXIT.usage, stderr: /^plexsync: Not undone: scene 4711\./ },
  'plexsync queue release --all --dry-run': { stdout: /^No scene is undone\.\n$/ },
  'plexsync undo --run 12': { code: EXIT.usage, stderr: /^plexsync: There is no run 12/ },
  'plexsync undo --run 12 --dry-run': { code: EXIT.usage, stderr: /^plexsync: There is no run 12/ },
  'plexsync runs show 12': { code: EXIT.usage, stderr: /^plexsync: There is no run 12, or it is forgotten by now\./ },
  'plexsync dlq list --error-type PlexNotFound --path-prefix /data/old': { stdout: /^12\t/ },
  'plexsync dlq show 12': { stdout: /PlexNotFound/ },
  'plexsync dlq retry 12': { stdout: /^1 dead letter put back into the queue/ },
  'plexsync dlq retry --error-type PlexNotFound --path-prefix /data/old --yes': { stdout: /^1 dead letter put back/ },
  // Nobody answers: the end of the input stops.
  'plexsync dlq resolve': { stdout: /^Dead letters: 2 left\.\n$/ },
  "printf 's\\n' | plexsync dlq resolve 12 --json": { stdout: /"outcome": "skipped"/ },
  'plexsync dlq purge 12': ASKS,
  'plexsync dlq purge --older-than 7d --dry-run': { stdout: /1 dead letter would be deleted\.\n$/ },
  'plexsync dlq export --redact --error-type LowConfidenceMatch': { stdout: /^\{"id":13,/ },
  'plexsync dlq export | jq -c .job_data | plexsync enqueue -': { stdout: /^2 scenes enqueued: 2 new\n$/ },
  'plexsync reconcile --dry-run --stash-url http://stash:9999': { stdout: /Dry run, nothing was changed\.\n$/ },
  'plexsync reconcile --since 7d --yes --stash-url http://stash:9999': { stdout: /: 1 scene enqueued\.\n$/ },
  'plexsync reconcile --stash-url http://stash:9999': ASKS,
  'plexsync diff 4711': { stdout: /^Scene 4711 → item / },
  'plexsync diff /media/a.mp4': { stdout: /^Scene 4711 → item / },
  'plexsync diff 4711 --json | jq .changes': { stdout: /^\[/ },
  'plexsync diff 4711 --clear-empty always': { stdout: /^Scene 4711 → item / },
  'plexsync match-test "/data/North Quay/lantern-row.mp4"': { stdout: /HIGH/ },
  'plexsync match-test /data/01.mp4 --size 734003200 --path-map /data=/media': { stdout: /HIGH/ },
  'plexsync match-test /data/01.mp4 --json | jq .confidence': { stdout: /^"low"\n$/ },
  'plexsync match-test --scene 4711': { stdout: /^Scene\t4711, as the data directory knows it$/m },
  'plexsync pin 4711 1234': { stdout: /^Scene 4711 is pinned to item [\s\S]*\nNext: plexsync process\n$/ },
  'plexsync pin --list': { stdout: /^502\t\d+\tHarbour Lights\t/ },
  'plexsync resume': { stdout: /^Nothing is stopped or paused\.\n$/ },
  'plexsync resume --yes': { stdout: /^Nothing is stopped or paused\.\n$/ },
  'plexsync unpin 502': { stdout: /^Scene 502 is no longer pinned/ },
  'plexsync init': {
    code: EXIT.usage,
    env: { PLEX_URL: '', PLEX_TOKEN: '' },
    stderr:
      /there is no terminal to ask at, and no answer on standard input\.\n {2}Give --plex-url and --plex-token-file, or set PLEX_URL/,
  },
  'plexsync init --yes --plex-url http://plex:32400 --plex-token-file /run/secrets/plex': {
    env: { PLEX_URL: '', PLEX_TOKEN: '' },
    stdout: /^Wrote .*config\.json\.\nNext:\n {2}plexsync enqueue --help/,
  },
  'plexsync init --yes --accept-path-map --stash-url http://stash:9999': {
    stdout: /^Wrote .*config\.json\.\nNext:\n {2}plexsync enqueue --all --dry-run/,
  },
  'plexsync doctor --json | jq .ok': { stdout: /^true\n$/ },
  'plexsync report --scene 4711 -o report.md': { stdout: /^Report written to report\.md\n$/ },
  'plexsync plugin install --plugins-dir ~/.stash/plugins': ASKS,
  // Nothing has come from Stash in this world.
  'plexsync plugin status': { code: EXIT.jobsFailed, stdout: /events waiting\t0/ },
  'plexsync plugin status --json': { code: EXIT.jobsFailed },
  'plexsync hook < event.json': { stderr: /Enqueued sync job for scene 4711/ },
  'plexsync completion bash': { stdout: /complete .*plexsync/ },
};

/** A data directory with the waiting job 12 of scene 4711 and the dead letters 12 and 13, and files of scenes. */
async function prepareTemplate(): Promise<void> {
  const dataDir = join(template, 'data');
  mkdirSync(template);
  plex.addItem({ sectionKey: '1', file: '/media/a.mp4' });
  plex.addItem({ sectionKey: '1', file: '/media/01.mp4', size: 734_003_200 });
  plex.addItem({ sectionKey: '1', file: '/media/North Quay/lantern-row.mp4' });
  for (const name of ['mole', 'weir']) plex.addItem({ sectionKey: '1', file: `/media/old/${name}.mp4` });
  const connection = { PLEX_URL: plex.url, PLEX_TOKEN: plex.token, PLEXSYNC_PATH_MAP: '/data=/media' };
  const env = { ...connection, PLEXSYNC_DATA_DIR: dataDir };
  plex.fail('edit', { kind: 'status', status: 400 }, 2);
  for (const [id, name] of [
    [501, 'mole'],
    [502, 'weir'],
  ] as const)
    await runMain(['enqueue', `${id}`, '--path', `/data/old/${name}.mp4`, '--title', `The old ${name}`], { env });
  assert.equal((await runMain(['process'], { env })).code, EXIT.jobsFailed);
  assert.equal((await runMain(['pin', '502', pinned], { env })).code, EXIT.done);
  await runMain(['enqueue', '4711', '--path', '/media/a.mp4', '--title', 'Harbour Lights'], { env });
  assert.equal((await runMain(['backup', join(template, 'plexsync.backup')], { env })).code, EXIT.done);
  change(join(dataDir, 'queue.db'), 'UPDATE jobs SET id = 12');
  const letters =
    "UPDATE dead_letters SET id = id + 11, error_type = iif(id = 1, 'PlexNotFound', 'LowConfidenceMatch')";
  change(join(dataDir, 'dlq.db'), letters);
  change(join(dataDir, 'dlq.db'), "UPDATE dead_letters SET failed_at = '2020-05-01T18:00:00Z' WHERE id = 12");
  const scenes = [601, 602].map((id) => ({ scene_id: id, path: `/media/${id}.mp4`, title: `Tide Tables ${id}` }));
  writeFileSync(join(template, 'scenes.ndjson'), scenes.map((scene) => JSON.stringify(scene)).join('\n'));
  mkdirSync(join(template, 'covers'));
  writeFileSync(join(template, 'covers/harbour-lights.jpg'), picture('harbour lights'));
  writeFileSync(join(template, 'export.json'), JSON.stringify({ scenes }, null, 2));
  const hookContext = { id: 4711, type: 'Scene.Update.Post', input: { id: '4711' }, inputFields: ['title', 'id'] };
  writeFileSync(join(template, 'event.json'), JSON.stringify({ server_connection: {}, args: { hookContext } }));
  for (const folder of ['plugins', '.stash/plugins']) mkdirSync(join(template, folder), { recursive: true });
  writeFileSync(tokenFile, plex.token, { mode: 0o600 });
}

function change(file: string, statement: string): void {
  const db = new Database(file);
  assert.ok(db.prepare(statement).run().changes > 0, statement);
  db.close();
}

/** `plexsync` on the PATH, and something that answers for `jq` on a machine that has none. */
function preparePrograms(): void {
  const program = (name: string, line: string): void =>
    writeFileSync(join(programs, name), `#!/bin/sh\nexec ${line}\n`, { mode: 0o755 });
  program('sudo', '"$@"');
  program('plexsync', `"${process.execPath}" "${BIN}" "$@"`);
  if (spawnSync('jq', ['--version']).status === 0) return;
  const script = join(programs, 'jq.mjs');
  writeFileSync(script, JQ);
  program('jq', `"${process.execPath}" "${script}" "$@"`);
}

/** Runs one line in a copy of the template of its own, with a closed standard input. */
async function runInShell(line: string, env: Readonly<Record<string, string>>): Promise<Result> {
  const cwd = mkdtempSync(join(dir, 'run-'));
  cpSync(template, cwd, { recursive: true });
  return await new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', line], {
      cwd,
      env: {
        PATH: `${programs}:${process.env['PATH']}`,
        HOME: cwd,
        PLEX_URL: plex.url,
        PLEX_TOKEN: plex.token,
        PLEXSYNC_DATA_DIR: join(cwd, 'data'),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (chunks.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (chunks.stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...chunks }));
  });
}

async function assertWorks(example: string, exitCodes: readonly number[]): Promise<void> {
  const { code = EXIT.done, stdout = /.*/, stderr, env = {} } = EXPECTED[example] ?? {};
  const line = SUBSTITUTIONS.reduce((text, [known, instead]) => text.replaceAll(known, instead), example);
  const result = await runInShell(line, env);
  const shown = `${example}\n${result.stdout}${result.stderr}`;
  assert.equal(result.code, code, shown);
  assert.ok(exitCodes.includes(code), `${code} is no exit code of ${example}`);
  assert.match(result.stdout, stdout, shown);
  if (stderr !== undefined) assert.match(result.stderr, stderr, shown);
  else assert.doesNotMatch(result.stderr, /^plexsync: |not found$|^ +at /m, shown);
}

for (const { name, examples, exitCodes } of COMMANDS) {
  test(`the examples of ${name} do what they show`, async () => {
    assert.ok(examples.length > 0);
    await Promise.all(examples.map((example) => assertWorks(example, exitCodes)));
  });
}

test('what is expected of examples is expected of examples that there are', () => {
  const known = new Set(COMMANDS.flatMap(({ examples }) => examples));
  assert.deepEqual(
    Object.keys(EXPECTED).filter((example) => !known.has(example)),
    [],
  );
  const all = [...known].join('\n');
  for (const [text] of SUBSTITUTIONS) assert.ok(all.includes(text), text);
});
