import type * as z from 'zod/mini';
import { backupSchema, restoreSchema } from './backup.ts';
import { diffSchema } from './diff.ts';
import { doctorSchema } from './doctor.ts';
import { enqueueSchema } from './enqueue.ts';
import { errorSchema } from './error.ts';
import { queueDropSchema, queueListSchema, queueReleaseSchema } from './job.ts';
import {
  letterListSchema,
  letterPurgeSchema,
  letterResolveSchema,
  letterRetrySchema,
  letterSchema,
  letterSummarySchema,
} from './letter.ts';
import { matchTestSchema } from './match-test.ts';
import { notifySchema } from './notify.ts';
import { pinListSchema, pinSchema, unpinSchema } from './pin.ts';
import { hookSchema, pluginInstallSchema, pluginStatusSchema } from './plugin.ts';
import { processEventSchema } from './process-event.ts';
import { reconcileSchema } from './reconcile.ts';
import { reportSchema } from './report.ts';
import { pauseSchema, resumeSchema } from './resume.ts';
import { runListSchema, runSchema } from './runs.ts';
import { serviceInstallSchema, serviceStatusSchema, serviceUninstallSchema } from './service.ts';
import { configChangeSchema, configShowSchema, initSchema } from './settings.ts';
import type { DocumentOf } from './shapes.ts';
import { liveSchema, statsSchema } from './stats.ts';
import { statusSchema } from './status.ts';
import { undoSchema } from './undo.ts';

export type Described = { readonly title: string; readonly description?: string; readonly schema: z.ZodMiniType };

/** Every document of `--json`, by the name of its schema file. */
export const DOCUMENTS = {
  backup: { title: 'plexsync backup --json', schema: backupSchema },
  'config-change': { title: 'plexsync config set --json, plexsync config unset --json', schema: configChangeSchema },
  'config-show': { title: 'plexsync config show --json', schema: configShowSchema },
  diff: {
    title: 'plexsync diff --json',
    description: 'What `process` would do to one scene, and why; nothing for what is right already.',
    schema: diffSchema,
  },
  'dlq-export': {
    title: 'one line of plexsync dlq export',
    description: 'A letter a line, with the keys of `dlq list --json`.',
    schema: letterSchema,
  },
  'dlq-list': { title: 'plexsync dlq list --json', description: 'Newest first.', schema: letterListSchema },
  'dlq-purge': { title: 'plexsync dlq purge --json', schema: letterPurgeSchema },
  'dlq-resolve': { title: 'plexsync dlq resolve --json', schema: letterResolveSchema },
  'dlq-retry': { title: 'plexsync dlq retry --json', schema: letterRetrySchema },
  'dlq-show': { title: 'plexsync dlq show ID --json', schema: letterSchema },
  'dlq-summary': { title: 'plexsync dlq summary --json', schema: letterSummarySchema },
  doctor: { title: 'plexsync doctor --json', schema: doctorSchema },
  enqueue: { title: 'plexsync enqueue --json', schema: enqueueSchema },
  error: { title: 'standard error of any command under --json', schema: errorSchema },
  hook: {
    title: 'plexsync hook --json',
    description: 'What became of one event, told apart by `event`. A task prints what its command does.',
    schema: hookSchema,
  },
  init: { title: 'plexsync init --json', schema: initSchema },
  'match-test': { title: 'plexsync match-test [FILE] --json', schema: matchTestSchema },
  notify: { title: 'plexsync notify --test --json', schema: notifySchema },
  pause: { title: 'plexsync pause --json', schema: pauseSchema },
  pin: { title: 'plexsync pin --json', schema: pinSchema },
  'pin-list': { title: 'plexsync pin --list --json', description: 'By scene.', schema: pinListSchema },
  'plugin-install': { title: 'plexsync plugin install --json', schema: pluginInstallSchema },
  'plugin-status': { title: 'plexsync plugin status --json', schema: pluginStatusSchema },
  'process-event': {
    title: 'one line of plexsync process --json',
    description: 'One event a line, told apart by `event`; every run closes with `summary`, however it ends.',
    schema: processEventSchema,
  },
  'queue-drop': { title: 'plexsync queue drop --json', schema: queueDropSchema },
  'queue-list': { title: 'plexsync queue list --json', description: 'Next first.', schema: queueListSchema },
  'queue-release': { title: 'plexsync queue release --json', schema: queueReleaseSchema },
  reconcile: { title: 'plexsync reconcile --json', schema: reconcileSchema },
  report: { title: 'plexsync report --json', schema: reportSchema },
  restore: { title: 'plexsync restore --json', schema: restoreSchema },
  resume: { title: 'plexsync resume --json', schema: resumeSchema },
  runs: { title: 'plexsync runs --json', description: 'Newest first.', schema: runListSchema },
  'runs-show': { title: 'plexsync runs show N --json', schema: runSchema },
  'service-install': { title: 'plexsync service install --json', schema: serviceInstallSchema },
  'service-status': { title: 'plexsync service status --json', schema: serviceStatusSchema },
  'service-uninstall': { title: 'plexsync service uninstall --json', schema: serviceUninstallSchema },
  stats: { title: 'plexsync stats --json, plexsync process --stats-only', schema: statsSchema },
  'stats-live': { title: 'plexsync stats --check --live --json', schema: liveSchema },
  status: {
    title: 'plexsync status --json',
    description: 'Where a scene is, as far as the data directory knows.',
    schema: statusSchema,
  },
  undo: { title: 'plexsync undo --json', schema: undoSchema },
  unpin: { title: 'plexsync unpin --json', description: 'The pin that was taken away.', schema: unpinSchema },
} satisfies Readonly<Record<string, Described>>;

/** Whatever a command prints under `--json`. */
export type AnyDocument = DocumentOf<(typeof DOCUMENTS)[keyof typeof DOCUMENTS]['schema']>;
