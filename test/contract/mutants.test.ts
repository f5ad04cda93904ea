/** The mutants over real test processes: a small source, a test that reaches some of it, and a child of that test. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Baseline, Mutant, WorkDir } from '../../scripts/mutants/survey.ts';
import { createMutants, createWorkDir, filesOf, runBaseline } from '../../scripts/mutants/survey.ts';
import { runTest } from '../../scripts/mutants/test-run.ts';
import { tryMutant } from '../../scripts/mutants/try-mutant.ts';
import { scratchDir } from '../helpers/scratch.ts';

const HARBOUR = `export function berth(boat: string, free: number): string {
  if (free === 0) return 'wait';
  if (boat === '') throw new Error('no boat');
  if (boat === 'dinghy') return 'pier';
  if (boat === 'ferry') return 'quay';
  return 'pier';
}
`;
const HARBOUR_TEST = `import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { berth } from '../src/harbour.ts';
test('a full harbour waits', () => assert.equal(berth('yacht', 0), 'wait'));
test('a dinghy lies at the pier', () => assert.equal(berth('dinghy', 1), 'pier'));
test('a ferry lies at the quay', () => {
  const child = execFileSync(process.execPath, [new URL('./ferry.ts', import.meta.url).pathname]);
  assert.equal(String(child), 'quay');
});
`;
const FERRY = `import { berth } from '../src/harbour.ts';
process.stdout.write(berth('ferry', 1));
`;
const RED_TEST = `import assert from 'node:assert/strict';
import { setInterval } from 'node:timers';
import { test } from 'node:test';
test('the tide is out', () => assert.ok(false));
test('a gull sits', () => new Promise(() => setInterval(() => undefined, 1000)));
`;

type World = {
  readonly place: WorkDir;
  readonly mutants: readonly Mutant[];
  baselines(): Promise<readonly Baseline[]>;
};

function setup(t: TestContext, tests: Readonly<Record<string, string>>): World {
  const base = scratchDir(t, 'harbour');
  for (const folder of ['src', 'test', 'place']) mkdirSync(join(base, folder));
  writeFileSync(join(base, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(base, 'src/harbour.ts'), HARBOUR);
  for (const [name, text] of Object.entries(tests)) writeFileSync(join(base, 'test', name), text);
  const place = createWorkDir(join(base, 'place'));
  const mutants = createMutants(filesOf([join(base, 'src')], '.ts'), place, 'guards');
  return { place, mutants, baselines: () => runBaseline(filesOf([join(base, 'test')], '.test.ts'), place) };
}

test('a guard is killed, survives or is never taken, in the test or in a process that the test starts', async (t) => {
  const world = setup(t, { 'harbour.test.ts': HARBOUR_TEST, 'ferry.ts': FERRY });
  const baselines = await world.baselines();
  assert.deepEqual(
    baselines.map(({ kind }) => kind),
    ['passed'],
  );
  const results = await Promise.all(world.mutants.map((mutant) => tryMutant(mutant, baselines, world.place)));
  assert.deepEqual(
    results.map(({ mutant, kind, tests }) => [mutant.line, kind, tests.length]),
    [
      [2, 'killed', 1],
      [3, 'never_taken', 0],
      [4, 'survived', 1],
      [5, 'killed', 1],
    ],
  );
});

test('a run ends at the first test that fails, though another one hangs', async (t) => {
  const world = setup(t, { 'red.test.ts': RED_TEST });
  const [end] = await world.baselines();
  assert.equal(end?.kind, 'failed');
});

test('a run that takes too long is cut short', async (t) => {
  const world = setup(t, { 'hang.test.ts': RED_TEST.replace('false', 'true') });
  const [file = ''] = filesOf([join(world.place.tempDir, '../../test')], '.test.ts');
  const end = await runTest({ file, ...world.place, limitMs: 1_000 });
  assert.equal(end.kind, 'timed_out');
  assert.deepEqual(readdirSync(world.place.hitsDir), []);
});
