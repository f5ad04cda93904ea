/** Every JSON document, made by the real bin, held against its schema beside the man pages. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { schemaFiles } from '../../scripts/man-schemas.ts';
import { COMMANDS } from '../../src/command-line/outlines/commands.ts';
import { startStashServer } from '../../src/simulator/stash/server.ts';
import { eventDocument } from '../../src/terminal/log/event-document.ts';
import { everyEvent } from '../helpers/every-event.ts';
import type { Rig } from '../helpers/rig.ts';
import { setup } from '../helpers/rig.ts';
import type { Result } from '../helpers/run-main.ts';

const FOLDER = new URL('../../man/schemas/', import.meta.url);
const SUFFIX = '.schema.json';

type Schema = { readonly [key: string]: unknown };

const schemas = new Map(
  readdirSync(FOLDER).map((file) => {
    const schema = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Schema;
    return [file.slice(0, -SUFFIX.length), schema] as const;
  }),
);
const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true, allErrors: true });
for (const schema of schemas.values()) ajv.addSchema(schema);

function validator(name: string): ValidateFunction {
  const validate = ajv.getSchema(`${name}${SUFFIX}`);
  assert.ok(validate, `man/schemas has no ${name}${SUFFIX}`);
  return validate;
}

/** The same schemas, were nothing ever added: what they refuse besides has a key that no reader is told of. */
const closedAjv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true, allErrors: true });
for (const schema of schemas.values())
  closedAjv.addSchema(
    JSON.parse(JSON.stringify(schema), (key, value) =>
      key === 'additionalProperties' && value === true ? false : value,
    ),
  );

function assertValid(name: string, document: unknown): void {
  for (const validate of [validator(name), closedAjv.getSchema(`${name}${SUFFIX}`)]) {
    const ok = validate?.(document);
    assert.ok(ok, `${name}: ${ajv.errorsText(validate?.errors)}\n${JSON.stringify(document, null, 2)}`);
  }
}

test('every schema is what the types of the documents make of it', () => {
  const files = schemaFiles();
  assert.deepEqual(readdirSync(FOLDER).sort(), [...files.keys()].sort());
  for (const [name, text] of files)
    assert.equal(readFileSync(new URL(name, FOLDER), 'utf8'), text, `npm run man: ${name}`);
});

/** One command line and the schema of what it prints; run in this order in one directory, `{dir}`, beside one Stash, `{stash}`. */
type Row = readonly [
  schema: string,
  args: readonly string[],
  from?: 'stdout' | 'stderr' | 'lines',
  code?: number,
  input?: string,
];

function hook(id: number, type: string, inputFields: readonly string[] = []): string {
  return JSON.stringify({ args: { hookContext: { id, type, input: null, inputFields } } });
}

const PIER = ['--path', '/media/pier.mp4', '--title', 'Pier', '--tag', 'sea', '--performer', 'Ada', '--details', ''];
const ROWS: readonly Row[] = [
  ['error', ['stats'], 'stderr', 2],
  ['enqueue', ['enqueue', '1', ...PIER]],
  ['stats', ['stats']],
  ['enqueue', ['enqueue', '1', '--title', 'Pier Two']],
  ['enqueue', ['enqueue', '2', '--path', '/media/this/01.mp4', '--title', 'Quay', '--date', '2024-05']],
  ['enqueue', ['enqueue', '3', '--path', '/media/new.mp4', '--title', 'New']],
  ['process-event', ['process', '--plex-token', 'wrong-token-x'], 'lines', 3],
  ['process-event', ['process', '--plex-library', 'None'], 'lines', 2],
  ['process-event', ['process', '--dry-run'], 'lines', 0],
  ['process-event', ['process'], 'lines', 1],
  ['process-event', ['process'], 'lines', 0],
  ['stats', ['stats']],
  ['runs', ['runs']],
  ['runs-show', ['runs', 'show', '1']],
  ['error', ['runs', 'show', '99'], 'stderr', 2],
  ['undo', ['undo', '--run', '1', '--dry-run']],
  ['undo', ['undo', '--run', '1', '--yes']],
  ['undo', ['undo', '--scene', '99', '--yes']],
  ['queue-release', ['queue', 'release', '--all', '--dry-run']],
  ['queue-release', ['queue', 'release', '--all', '--yes']],
  ['stats', ['process', '--stats-only'], 'stdout'],
  ['stats', ['stats', '--check'], 'stdout', 1],
  ['stats-live', ['stats', '--check', '--live'], 'stdout', 1],
  ['stats', ['stats', '--check', '--max-age', '1h']],
  ['dlq-list', ['dlq', 'list']],
  ['dlq-list', ['dlq', 'list', '--scene', '99']],
  ['dlq-show', ['dlq', 'show', '1']],
  ['status', ['status', '2']],
  ['status', ['status', '3']],
  ['dlq-summary', ['dlq', 'summary']],
  ['dlq-export', ['dlq', 'export'], 'lines'],
  ['dlq-export', ['dlq', 'export', '--redact'], 'lines'],
  ['error', ['dlq', 'show', '99'], 'stderr', 2],
  ['dlq-resolve', ['dlq', 'resolve', '--scene', '99']],
  ['dlq-resolve', ['dlq', 'resolve'], 'stdout', 0, 's\n'],
  ['dlq-purge', ['dlq', 'purge', '1', '--dry-run']],
  ['dlq-retry', ['dlq', 'retry', '1', '--dry-run']],
  ['dlq-retry', ['dlq', 'retry', '1']],
  ['process-event', ['process'], 'lines', 1],
  ['dlq-purge', ['dlq', 'purge', '--all', '--yes']],
  ['queue-list', ['queue', 'list']],
  ['pause', ['pause', '--for', '2h']],
  ['process-event', ['process'], 'lines', 0],
  ['stats', ['stats']],
  ['resume', ['resume']],
  ['queue-drop', ['queue', 'drop', '--all', '--dry-run']],
  ['queue-drop', ['queue', 'drop', '--all', '--yes']],
  ['queue-list', ['queue', 'list']],
  ['status', ['status', '1']],
  ['status', ['status', '99'], 'stdout', 1],
  ['reconcile', ['reconcile', '--stash-url', '{stash}', '--dry-run']],
  ['reconcile', ['reconcile', '--stash-url', '{stash}', '--yes']],
  ['reconcile', ['reconcile', '--stash-url', '{stash}', '--since', '7d']],
  ['diff', ['diff', '1', '--stash-url', '{stash}']],
  ['diff', ['diff', '/media/Mole.mp4', '--stash-url', '{stash}'], 'stdout', 1],
  ['error', ['diff', '99'], 'stderr', 2],
  ['match-test', ['match-test', '/media/pier.mp4']],
  ['match-test', ['match-test', '/media/this/01.mp4'], 'stdout', 1],
  ['match-test', ['match-test', '/media/pier.mkv'], 'stdout', 1],
  ['match-test', ['match-test', '--scene', '1']],
  ['pin', ['pin', '2', '{item}']],
  ['pin', ['pin', '2', '{item}']],
  ['pin-list', ['pin', '--list']],
  ['status', ['status', '2']],
  ['unpin', ['unpin', '2']],
  ['pin-list', ['pin', '--list']],
  ['error', ['unpin', '2'], 'stderr', 2],
  ['config-show', ['config', 'show', '--path-map', '/data=/media']],
  ['config-change', ['config', 'set', 'max_tags', '60']],
  ['config-change', ['config', 'set', 'plex_token', 'harbourLantern1234', '--config', '{dir}/other.json']],
  ['config-change', ['config', 'unset', 'max_tags']],
  ['init', ['init', '--yes']],
  ['plugin-install', ['plugin', 'install', '--plugins-dir', '{dir}', '--yes']],
  ['plugin-install', ['plugin', 'install', '--plugins-dir', '{dir}', '--direct', '--yes']],
  ['plugin-status', ['plugin', 'status'], 'stdout', 1],
  ['hook', ['hook'], 'stdout', 0, hook(5, 'Scene.Update.Post')],
  ['hook', ['hook'], 'stdout', 0, hook(5, 'Scene.Destroy.Post')],
  ['hook', ['hook'], 'stdout', 0, hook(5, 'Scene.Destroy.Post')],
  ['hook', ['hook'], 'stdout', 0, hook(5, 'Scene.Update.Post', ['play_count'])],
  ['error', ['hook'], 'stderr', 2],
  ['plugin-status', ['plugin', 'status']],
  ['service-install', ['service', 'install', '--instances', '/srv/plexsync', '--yes']],
  ['service-status', ['service', 'status']],
  ['service-uninstall', ['service', 'uninstall', '--yes']],
  ['notify', ['notify', '--test', '--notify-command', 'true']],
  ['backup', ['backup', '{dir}/harbour.backup']],
  ['restore', ['restore', '{dir}/harbour.backup', '--yes']],
  ['doctor', ['doctor']],
  ['report', ['report']],
  ['error', ['stats', '--max-dead', '1'], 'stderr', 2],
  ['error', ['no-such-command'], 'stderr', 2],
];

test('every document is what its schema says', async (t) => {
  const rig = await setup(t);
  const stash = await startStashServer();
  t.after(() => stash.close());
  for (const title of ['Pier', 'Quay', 'New', 'Mole']) stash.addScene({ title, files: [`/media/${title}.mp4`] });
  const inThisWorld = (word: string): string =>
    word.replace('{dir}', rig.dir).replace('{stash}', stash.url).replace('{item}', item);
  const item = rig.plex.addItem({ sectionKey: '1', file: '/media/pier.mp4' });
  rig.plex.addItem({ sectionKey: '1', file: '/media/other/01.mp4' });
  // A systemd that agrees with everything.
  writeFileSync(join(rig.dir, 'systemctl'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  for (const [schema, args, from = 'stdout', code = 0, input = ''] of ROWS) {
    const env = { PATH: `${rig.dir}:/usr/bin:/bin`, PLEXSYNC_TEST_UNITS: rig.dir };
    const result = await rig.run([...args.map(inThisWorld), '--json'], { input, env });
    assert.equal(result.code, code, `${args.join(' ')}: ${result.stderr}`);
    for (const document of documentsOf(result, from)) assertValid(schema, document);
  }
});

/** They print no document of ours. */
const WITHOUT_DOCUMENT = ['demo', 'completion', 'config edit'];

test('every command and every schema has its row', () => {
  const commands = COMMANDS.map(({ name }) => name).filter((name) => !WITHOUT_DOCUMENT.includes(name));
  for (const name of commands)
    assert.ok(
      ROWS.some(([, args]) => args.slice(0, name.split(' ').length).join(' ') === name),
      `${name} has no row: which schema is its document held against?`,
    );
  assert.deepEqual([...new Set(ROWS.map(([schema]) => schema))].sort(), [...schemas.keys()].sort());
});

function documentsOf({ stdout, stderr }: Result, from: 'stdout' | 'stderr' | 'lines'): readonly unknown[] {
  if (from === 'stdout') return [JSON.parse(stdout)];
  if (from === 'stderr') return [JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '')];
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

test('the documents of an open breaker, an outage and a run under way are what the schemas say', async (t) => {
  const rig = await setup(t);
  await rig.run(['enqueue', '1', ...PIER]);
  const assertStats = async (world: Pick<Rig, 'run'>): Promise<void> =>
    assertValid('stats', JSON.parse((await world.run(['stats', '--json'])).stdout));
  rig.sql(`INSERT INTO breakers VALUES ('plex', '{"kind":"open","openedAt":1800000000000}')`);
  rig.sql(`INSERT INTO meta VALUES ('outage_since', '1800000000000')`);
  rig.sql(`INSERT INTO runs (owner, pid, started_at) VALUES ('someone', 1, 1800000000000)`);
  await assertStats(rig);
  const lines = documentsOf(await rig.run(['process', '--json', '--plex-url', 'http://127.0.0.1:1']), 'lines');
  for (const line of lines) assertValid('process-event', line);
});

test('a damaged dead letter is what the schemas say, wherever it is shown', async (t) => {
  const rig = await setup(t);
  await rig.run(['enqueue', '2', '--path', '/media/this/01.mp4', '--title', 'Quay']);
  rig.plex.addItem({ sectionKey: '1', file: '/media/other/01.mp4' });
  assert.equal((await rig.run(['process'])).code, 1);
  rig.sql(`UPDATE dead_letters SET job_data = '[]'`, 'dlq.db');
  const rows: readonly Row[] = [
    ['dlq-list', ['dlq', 'list']],
    ['dlq-show', ['dlq', 'show', '1']],
    ['dlq-export', ['dlq', 'export']],
    ['dlq-export', ['dlq', 'export', '--redact']],
    ['status', ['status', '2']],
    ['dlq-retry', ['dlq', 'retry', '1', '--dry-run'], 'stdout', 2],
    ['dlq-retry', ['dlq', 'retry', '1'], 'stdout', 2],
  ];
  for (const [schema, args, , code = 0] of rows) {
    const result = await rig.run([...args, '--json']);
    assert.equal(result.code, code, args.join(' '));
    assertValid(schema, JSON.parse(result.stdout));
  }
});

/** One of each kind. */
const EVENTS = everyEvent({
  path: () => '/media/pier.mp4',
  title: () => 'Pier',
  name: () => 'Films',
  prose: () => 'sea',
});

test('every kind of event has its schema, and no schema is left over', () => {
  const defined = Object.keys(schemas.get('process-event')?.['$defs'] ?? {});
  assert.deepEqual(
    defined.filter((name) => !['summary', 'list_edit', 'picture_edit'].includes(name)).sort(),
    Object.keys(EVENTS).sort(),
  );
  for (const event of Object.values(EVENTS))
    assertValid(
      'process-event',
      JSON.parse(JSON.stringify(eventDocument(event, { at: '2026-05-01T18:00:00Z', run: 1 }))),
    );
});

test('a document that lacks a key is refused', () => {
  assert.equal(validator('dlq-purge')({}), false);
  assert.equal(validator('process-event')({ event: 'claimed', job_id: 1, scene_id: 1 }), false);
  assert.equal(validator('process-event')({ event: 'nothing_we_know' }), false);
});

test('schemas are open, name themselves, and require what they document', () => {
  for (const [name, schema] of schemas) {
    assert.equal(schema['$schema'], 'https://json-schema.org/draft/2020-12/schema', name);
    assert.equal(schema['$id'], `${name}${SUFFIX}`);
    assert.match(String(schema['title']), /plexsync|standard error/, name);
    validator(name);
    for (const object of objectsIn(schema)) {
      const properties = object['properties'] as Record<string, Schema>;
      assert.equal(object['additionalProperties'], true, `${name} is only ever added to`);
      for (const [key, property] of Object.entries(properties)) {
        assert.match(key, /^[a-z][a-z0-9_]*$/, name);
        const isRequired = (object['required'] as string[] | undefined)?.includes(key);
        const isExplained = /^Only |^A key for each/.test(String(property['description'] ?? object['description']));
        assert.ok(isRequired || isExplained, `${name}: ${key} is neither required nor explained`);
      }
    }
  }
});

function objectsIn(value: unknown): readonly Schema[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(objectsIn);
  return 'properties' in value ? [value as Schema, ...inner] : inner;
}
