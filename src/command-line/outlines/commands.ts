import { BACKUP, RESTORE } from './backup.ts';
import { COMPLETION } from './completion.ts';
import { CONFIG_EDIT, CONFIG_SET, CONFIG_SHOW, CONFIG_UNSET } from './config.ts';
import { DEMO } from './demo.ts';
import { DIFF } from './diff.ts';
import { DLQ_EXPORT, DLQ_LIST, DLQ_PURGE, DLQ_RESOLVE, DLQ_RETRY, DLQ_SHOW, DLQ_SUMMARY } from './dlq.ts';
import { DOCTOR } from './doctor.ts';
import { ENQUEUE } from './enqueue.ts';
import { HOOK } from './hook.ts';
import { INIT } from './init.ts';
import { MATCH_TEST } from './match-test.ts';
import { NOTIFY } from './notify.ts';
import { PIN, UNPIN } from './pin.ts';
import { PLUGIN_INSTALL, PLUGIN_STATUS } from './plugin.ts';
import { PROCESS } from './process.ts';
import { QUEUE_DROP, QUEUE_LIST, QUEUE_RELEASE } from './queue.ts';
import { RECONCILE } from './reconcile.ts';
import { REPORT } from './report.ts';
import { PAUSE, RESUME } from './resume.ts';
import { RUNS } from './runs.ts';
import { SERVICE_INSTALL, SERVICE_STATUS, SERVICE_UNINSTALL } from './service.ts';
import type { CommandGroup, CommandSpec, CommandTable } from './spec.ts';
import { STATS } from './stats.ts';
import { STATUS } from './status.ts';
import { UNDO } from './undo.ts';

export const GROUPS: readonly CommandGroup[] = [
  { name: 'queue', summary: 'jobs that wait' },
  { name: 'dlq', summary: 'dead letters: jobs that will not be tried again without a person' },
  { name: 'config', summary: 'settings' },
  { name: 'service', summary: 'plexsync as a service of this machine' },
  { name: 'plugin', summary: 'the plugin that tells of changes in Stash' },
];

/** Every command, in the order of `--help`. */
export const COMMANDS: readonly CommandSpec[] = [
  ENQUEUE,
  PROCESS,
  PAUSE,
  RESUME,
  STATS,
  STATUS,
  RUNS,
  UNDO,
  QUEUE_LIST,
  QUEUE_DROP,
  QUEUE_RELEASE,
  DLQ_LIST,
  DLQ_SHOW,
  DLQ_SUMMARY,
  DLQ_RESOLVE,
  DLQ_RETRY,
  DLQ_PURGE,
  DLQ_EXPORT,
  RECONCILE,
  DIFF,
  MATCH_TEST,
  PIN,
  UNPIN,
  PLUGIN_INSTALL,
  PLUGIN_STATUS,
  HOOK,
  INIT,
  CONFIG_SHOW,
  CONFIG_SET,
  CONFIG_UNSET,
  CONFIG_EDIT,
  DOCTOR,
  REPORT,
  SERVICE_INSTALL,
  SERVICE_STATUS,
  SERVICE_UNINSTALL,
  NOTIFY,
  BACKUP,
  RESTORE,
  DEMO,
  COMPLETION,
];

/** Everything that can be typed. */
export const ALL: CommandTable = { commands: COMMANDS, groups: GROUPS };
