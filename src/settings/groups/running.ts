import type { Setting } from '../setting.ts';

const SWITCH = { kind: 'switch' } as const;

/** How a run goes. */
export const RUNNING_SETTINGS = {
  enabled: {
    group: 'running',
    type: SWITCH,
    fallback: true,
    help: 'let runs do their work; without it a run says so and ends',
    off: 'do no work: a run says so and ends',
  },
  concurrency: {
    group: 'running',
    type: { kind: 'whole_number', min: 1, max: 8 },
    fallback: 2,
    value: '<n>',
    help: 'requests in flight',
  },
  max_retries: {
    group: 'running',
    type: { kind: 'whole_number', min: 1, max: 20 },
    fallback: 5,
    value: '<n>',
    help: 'retries of a passing failure before a job becomes a dead letter',
  },
  poll_interval: {
    group: 'running',
    type: { kind: 'duration', unit: 's', min: '0.1s', max: '1h' },
    fallback: '30s',
    value: '<duration>',
    help: 'how often process --watch looks for work',
  },
  first_sync: {
    group: 'running',
    type: { kind: 'choice', values: ['none', 'dry', 'all'] },
    fallback: 'none',
    value: '<which>',
    help: 'what a watch does at its start with scenes that were never synced; none: it says how many; dry: it says too what would come; all: it puts them into the queue',
  },
  notify_url: {
    group: 'running',
    type: { kind: 'webhooks' },
    fallback: [],
    value: '<url>',
    repeatable: true,
    secret: true,
    help: 'address that is told of dead letters, outages and what stops writing',
  },
  notify_command: {
    group: 'running',
    type: { kind: 'command' },
    fallback: [],
    value: '<command>',
    help: 'program that is told the same, as JSON on its standard input',
  },
  notify_details: {
    group: 'running',
    type: SWITCH,
    fallback: false,
    help: 'let what is told name titles and files',
  },
  quiet_hours: {
    group: 'running',
    type: { kind: 'quiet_hours' },
    fallback: [],
    value: '<from-to>',
    repeatable: true,
    help: 'part of the day, such as 02:00-05:00, in which nothing is written; local time',
  },
  trigger_plex_scan: {
    group: 'running',
    type: SWITCH,
    fallback: false,
    help: 'ask Plex to scan the folder of a file that it does not have yet',
  },
  dlq_retention_days: {
    group: 'running',
    type: { kind: 'duration', unit: 'd', min: '1d', max: '365d' },
    fallback: '30d',
    value: '<days>',
    help: 'age at which a dead letter is removed',
  },
  journal_days: {
    group: 'running',
    type: { kind: 'duration', unit: 'd', min: '1d', max: '365d' },
    fallback: '30d',
    value: '<days>',
    help: 'age at which an edit leaves the journal, and can no longer be undone',
  },
  obfuscate_paths: {
    group: 'running',
    type: SWITCH,
    fallback: false,
    help: 'mask file paths and names in the log and in what a run prints',
  },
} as const satisfies Readonly<Record<string, Setting>>;
