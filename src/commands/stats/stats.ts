import { setTimeout } from 'node:timers/promises';
import { UsageError } from '../../core/model/errors.ts';
import { foreign, say } from '../../core/text/sentence.ts';
import type { StatsDocument, ViolationDocument } from '../../documents/stats.ts';
import { EXIT, signalExitCode } from '../../exit.ts';
import { openStoresToRead } from '../../queue/store/stores.ts';
import type { StoreStats } from '../../queue/views/stats.ts';
import { readStats } from '../../queue/views/stats.ts';
import { parseDurationMs } from '../../settings/duration.ts';
import { createScreen } from '../../terminal/status-screen.ts';
import { localTime, utcTime } from '../../terminal/time.ts';
import type { Context } from '../shared/context.ts';
import { pausedWords } from '../shared/paused.ts';
import { statsDocument, sum } from '../shared/stats-document.ts';
import { listenForEnd } from '../shared/stop.ts';
import { statsMetrics, writeMetrics } from './metrics.ts';
import type { Bounds, Violation } from './stats-check.ts';
import { boundsOr, checkLine, neverTakenOf, violationsOf, wellLine } from './stats-check.ts';

/** The options as typed. */
export type StatsOptions = {
  readonly check: boolean;
  /** With `check`: only whether a watch is at work. */
  readonly live: boolean;
  readonly maxDead: string | undefined;
  readonly maxAge: string | undefined;
  readonly maxOutage: string | undefined;
  readonly maxSilence: string | undefined;
  readonly metricsFile: string | undefined;
  readonly watch: boolean;
  readonly interval: string | undefined;
};

/** What `stats` does, once its options are parsed. */
type Wish = {
  readonly bounds: Bounds | undefined;
  readonly metricsFile: string | undefined;
  readonly everyMs: number | undefined;
};

const DEFAULT_INTERVAL = '2s';
const SHORTEST_INTERVAL_MS = 100;
/** A timer set to more than 24 days fires at once. */
const LONGEST_INTERVAL_MS = 3_600_000;
const SHORTEST_SPAN_MS = 1_000;
const LONGEST_SPAN_MS = 3_650 * 86_400_000;

/** Shows, checks, exports or watches the state of the data directory; changes nothing in it. */
export async function run(options: StatsOptions, context: Context): Promise<number> {
  const wish = understand(options, context);
  if (options.live) return (await import('./live.ts')).checkLive(context);
  if (wish.everyMs !== undefined) return await watch({ ...wish, everyMs: wish.everyMs }, context);
  const { output, dataDir } = context;
  const now = context.now();
  const stats = look(wish, now, context);
  if (wish.bounds !== undefined) return check(stats, wish.bounds, context);
  if (output.json) output.resultJson(statsDocument(stats, dataDir), 2);
  else {
    const { statsTable } = await import('./table.ts');
    output.result(statsTable(stats, { dataDir, now, reader: output.readerOf('stdout') }));
  }
  return EXIT.done;
}

/** Opens the stores again for each look: `dlq.db` may have been created since the last one. */
function look({ metricsFile }: Wish, now: number, { dataDir, version }: Context): StoreStats {
  const stores = openStoresToRead(dataDir);
  try {
    const stats = readStats(stores, now);
    if (metricsFile !== undefined) writeMetrics(metricsFile, statsMetrics(stats, { now, version }));
    return stats;
  } finally {
    stores.close();
  }
}

/** Violations go to stderr: a cron job mails that, also under `--quiet`. */
function check(stats: StoreStats, bounds: Bounds, { output, dataDir, now }: Context): number {
  const health = { ...stats, dead: sum(stats.deadLetters) };
  const violations = violationsOf(health, bounds, now());
  const ok = violations.length === 0;
  if (output.json) {
    const verdict = { ok, violations: violations.map(toDocument) };
    output.resultJson({ ...statsDocument(stats, dataDir), check: verdict } satisfies StatsDocument, 2);
  } else if (ok) {
    const { no_stash: noStash, removals, due } = stats.waiting;
    const neverTaken = neverTakenOf({ ...health, due }, now());
    // Quiet hours end by themselves.
    const paused = stats.paused?.why === 'pause' ? pausedWords(stats.paused) : undefined;
    output.result(wellLine({ dead: health.dead, noStash, removals, neverTaken, paused }));
  } else output.log('error', say`plexsync: ${foreign(checkLine(violations))}`);
  return ok ? EXIT.done : EXIT.jobsFailed;
}

function toDocument(violation: Violation): ViolationDocument {
  if (violation.bound === 'stopped') {
    const { bound, code, since, hint } = violation;
    return { bound, code, since: utcTime(since), hint };
  }
  const { bound, value, limit, server } = violation;
  if (bound === 'max_dead') return { bound, value, limit };
  const span = { bound, value_s: Math.floor(value / 1_000), limit_s: limit / 1_000 };
  return server === undefined ? span : { ...span, server };
}

async function watch(wish: Wish & { readonly everyMs: number }, context: Context): Promise<number> {
  const { dataDir } = context;
  const { statsTable } = await import('./table.ts');
  const stop = listenForEnd();
  let screen: ReturnType<typeof createScreen> | undefined;
  try {
    while (stop.requested() === undefined) {
      const now = context.now();
      // Reads before it takes over the screen, so that an error stays visible on the terminal.
      const stats = look(wish, now, context);
      screen ??= createScreen(context.output);
      screen.draw((reader) => `${localTime(now)}\n\n${statsTable(stats, { dataDir, now, reader })}`);
      await setTimeout(wish.everyMs, undefined, { signal: stop.aborted }).catch(() => undefined);
    }
  } finally {
    screen?.close();
    stop.close();
  }
  return signalExitCode(stop.requested() ?? 'SIGINT');
}

/** @throws {UsageError} naming the invalid option. */
function understand(options: StatsOptions, { output }: Context): Wish {
  const bounds: Bounds = {
    maxDead: toCount('--max-dead', options.maxDead),
    maxAgeMs: toSpan('--max-age', options.maxAge),
    maxOutageMs: toSpan('--max-outage', options.maxOutage),
    maxSilenceMs: toSpan('--max-silence', options.maxSilence),
  };
  const bound = firstBound(options);
  if (!options.check && bound !== undefined)
    throw new UsageError(`${bound} goes with --check.`, 'Try: plexsync stats --check --max-dead 0.');
  if (options.live && (!options.check || bound !== undefined || options.watch || options.metricsFile !== undefined))
    throw new UsageError('--live goes with --check, and looks at nothing else.', 'Try: plexsync stats --check --live.');
  if (options.interval !== undefined && !options.watch) throw new UsageError('--interval goes with --watch.');
  const everyMs = toMs('--interval', options.interval ?? DEFAULT_INTERVAL) ?? 0;
  if (everyMs < SHORTEST_INTERVAL_MS || everyMs > LONGEST_INTERVAL_MS)
    throw new UsageError(`--interval must be from 0.1s to 1h, not "${options.interval}".`);
  if (options.watch && (options.check || output.json))
    throw new UsageError('--watch draws a screen, and goes with neither --check nor --json.');
  if (options.watch && output.readerOf('stdout').kind !== 'person')
    throw new UsageError('--watch needs a terminal to draw on.', 'Without one: plexsync stats, as often as you like.');
  return {
    bounds: options.check ? boundsOr(bounds) : undefined,
    metricsFile: options.metricsFile,
    everyMs: options.watch ? everyMs : undefined,
  };
}

/** The option of the first bound that was given. */
function firstBound({ maxDead, maxAge, maxOutage, maxSilence }: StatsOptions): string | undefined {
  const given = { '--max-dead': maxDead, '--max-age': maxAge, '--max-outage': maxOutage, '--max-silence': maxSilence };
  return Object.entries(given).find(([, text]) => text !== undefined)?.[0];
}

function toCount(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`${flag} must be a whole number, 0 or more, not "${text}".`);
}

/** A bound of zero would always be exceeded. */
function toSpan(flag: string, text: string | undefined): number | undefined {
  const ms = toMs(flag, text);
  if (ms === undefined || (ms >= SHORTEST_SPAN_MS && ms <= LONGEST_SPAN_MS)) return ms;
  throw new UsageError(`${flag} must be from 1s to 3650d, not "${text}".`, 'Such as 2h or 7d.');
}

function toMs(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDurationMs(text, 's');
  if (ms !== undefined) return ms;
  throw new UsageError(`${flag} must be a duration such as 90s, 2h or 7d, not "${text}".`);
}
