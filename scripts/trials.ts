/**
 * `npm run trials` tries what no test can try in its few seconds: hundreds of kills, outages of half an hour, damaged
 * files. Each trial is bounded, and prints the seed that repeats it. Exit 1 when something did not hold.
 *
 *   npm run trials                    all of them, some minutes
 *   npm run trials -- --short         a few cases of each: part of .ci/run
 *   npm run trials -- kills stores    only these
 *   npm run trials -- kills --seed 42 the same kills again
 */
import { parseArgs } from 'node:util';
import { killTrial } from './trials/kills.ts';
import { outageTrial } from './trials/outages.ts';
import { storeTrial } from './trials/stores.ts';
import type { Trial } from './trials/trial.ts';

const TRIALS: readonly Trial[] = [killTrial, outageTrial, storeTrial];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { short: { type: 'boolean', default: false }, seed: { type: 'string' } },
});

const unknown = positionals.filter((name) => !TRIALS.some((trial) => trial.name === name));
if (unknown.length > 0) {
  process.stderr.write(`No trial ${unknown.join(', ')}; there are ${TRIALS.map(({ name }) => name).join(', ')}.\n`);
  process.exit(2);
}
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
let faults = 0;
for (const trial of TRIALS) {
  if (positionals.length > 0 && !positionals.includes(trial.name)) continue;
  const startedAt = performance.now();
  process.stdout.write(`${trial.name}: ${trial.about}; seed ${seed}\n`);
  const found = await trial.run({
    size: values.short ? 'short' : 'full',
    seed,
    say: (line) => process.stdout.write(`  ${line}\n`),
  });
  for (const fault of found) process.stdout.write(`  FAULT ${fault}\n`);
  faults += found.length;
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  process.stdout.write(`  ${found.length === 0 ? 'held' : `${found.length} faults`} (${seconds}s)\n`);
}
process.exitCode = faults === 0 ? 0 : 1;
