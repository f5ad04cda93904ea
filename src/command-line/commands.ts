import { COMPLETION } from './outlines/completion.ts';
import { CONFIG_SHOW } from './outlines/config.ts';
import { DEMO } from './outlines/demo.ts';
import { DLQ_EXPORT, DLQ_LIST, DLQ_PURGE, DLQ_RETRY, DLQ_SHOW, DLQ_SUMMARY } from './outlines/dlq.ts';
import { DOCTOR } from './outlines/doctor.ts';
import { ENQUEUE } from './outlines/enqueue.ts';
import { HOOK } from './outlines/hook.ts';
import { INIT } from './outlines/init.ts';
import { MATCH_TEST } from './outlines/match-test.ts';
import { PIN, UNPIN } from './outlines/pin.ts';
import { PLUGIN_INSTALL, PLUGIN_STATUS } from './outlines/plugin.ts';
import { PROCESS } from './outlines/process.ts';
import { QUEUE_DROP, QUEUE_LIST } from './outlines/queue.ts';
import { RECONCILE } from './outlines/reconcile.ts';
import { REPORT } from './outlines/report.ts';
import { STATS } from './outlines/stats.ts';
import { STATUS } from './outlines/status.ts';
import type { CommandGroup, CommandSpec } from './spec.ts';

export const GROUPS: readonly CommandGroup[] = [
  { name: 'queue', summary: 'jobs that wait' },
  { name: 'dlq', summary: 'dead letters: jobs that will not be tried again without a person' },
  { name: 'config', summary: 'settings' },
  { name: 'plugin', summary: 'the plugin that tells of changes in Stash' },
];

/** Every command there is, in the order of `--help`. */
export const COMMANDS: readonly CommandSpec[] = [
  ENQUEUE,
  PROCESS,
  STATS,
  STATUS,
  QUEUE_LIST,
  QUEUE_DROP,
  DLQ_LIST,
  DLQ_SHOW,
  DLQ_SUMMARY,
  DLQ_RETRY,
  DLQ_PURGE,
  DLQ_EXPORT,
  RECONCILE,
  MATCH_TEST,
  PIN,
  UNPIN,
  PLUGIN_INSTALL,
  PLUGIN_STATUS,
  HOOK,
  INIT,
  CONFIG_SHOW,
  DOCTOR,
  REPORT,
  DEMO,
  COMPLETION,
];
