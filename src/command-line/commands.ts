import { COMPLETION } from './completion.ts';
import { CONFIG_SHOW } from './config.ts';
import { DEMO } from './demo.ts';
import { DLQ_COMMANDS } from './dlq.ts';
import { DOCTOR } from './doctor.ts';
import { ENQUEUE } from './enqueue.ts';
import { MATCH_TEST } from './match-test.ts';
import { PROCESS } from './process.ts';
import { QUEUE_COMMANDS } from './queue.ts';
import { REPORT } from './report.ts';
import type { CommandGroup, CommandSpec } from './spec.ts';
import { STATS } from './stats.ts';

export const GROUPS: readonly CommandGroup[] = [
  { name: 'queue', summary: 'jobs that wait' },
  { name: 'dlq', summary: 'dead letters: jobs that will not be tried again without a person' },
  { name: 'config', summary: 'settings' },
];

/** Every command there is, in the order of `--help`. */
export const COMMANDS: readonly CommandSpec[] = [
  ENQUEUE,
  PROCESS,
  STATS,
  ...QUEUE_COMMANDS,
  ...DLQ_COMMANDS,
  MATCH_TEST,
  CONFIG_SHOW,
  DOCTOR,
  REPORT,
  DEMO,
  COMPLETION,
];
