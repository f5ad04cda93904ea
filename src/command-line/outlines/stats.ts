import { EXIT } from '../../exit.ts';
import type { CommandSpec } from './spec.ts';

export const STATS: CommandSpec = {
  name: 'stats',
  summary: 'show queue, dead letters, circuit breaker and last run',
  options: [
    { flags: '--check', help: 'say in one line whether all is within bounds; exits 1 when it is not' },
    { flags: '--live', help: 'with --check: only whether a watch is at work, for the health check of a container' },
    { flags: '--max-dead <n>', help: 'with --check: highest number of dead letters' },
    { flags: '--max-age <duration>', help: 'with --check: longest wait of the oldest job, such as 2h' },
    { flags: '--max-outage <duration>', help: 'with --check: longest outage of Plex or Stash, such as 1h' },
    {
      flags: '--max-silence <duration>',
      help: 'with --check: longest time without a run that ended well, such as 24h',
    },
    { flags: '--metrics-file <file>', help: 'also write the statistics for Prometheus, as a whole or not at all' },
    { flags: '--watch', help: 'show the statistics live, until interrupted' },
    { flags: '--interval <duration>', help: 'with --watch: time between two looks (default: 2s)' },
  ],
  notes: [
    '--check looks at the bounds that are given, and where none is, at --max-dead 0 --max-age 24h --max-outage 1h --max-silence 24h. What stops writing (a refused token, every job failing alike, removals that wait to be allowed) fails it at once, whatever the bounds, and so does a last run that was refused the credentials. Where no run has ended well yet, that silence is counted from the first run, or from the oldest job that waits. What is exceeded is told on standard error, also under --quiet, so that a cron job mails it; with --json the document has the key "check". A bare number of a duration is in seconds.',
    '--check --live is well while a watch looked within three poll_interval, three minutes at least since a look is noted once a minute, or while it is writing what is due or at a task of the plugin; a run that a person or cron started is no watch. A paused watch looks too. Dead letters and outages are for alerts, not for restarting a container. Exits 1 when no watch is at work; with --json the document is {live, last_look_at}.',
    'The file of --metrics-file is written beside and renamed, readable by all: point it into the folder of the textfile collector, with a name that ends in .prom.',
  ],
  examples: [
    'plexsync stats',
    'plexsync stats --json',
    'plexsync stats --check --max-dead 10 --max-age 6h --quiet',
    'plexsync stats --check --live',
    'plexsync stats --metrics-file /var/lib/node_exporter/plexsync.prom --quiet',
  ],
  exitCodes: [EXIT.done, EXIT.jobsFailed, EXIT.usage, EXIT.store],
  run: async ({ given }, context) => {
    const { run } = await import('../../commands/stats/stats.ts');
    const options = {
      check: given.has('check'),
      live: given.has('live'),
      maxDead: given.text('max-dead'),
      maxAge: given.text('max-age'),
      maxOutage: given.text('max-outage'),
      maxSilence: given.text('max-silence'),
      metricsFile: given.text('metrics-file'),
      watch: given.has('watch'),
      interval: given.text('interval'),
    };
    return await run(options, context);
  },
};
