import { admission } from '../../core/failures/breaker.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { oldestLetterAt } from '../../queue/tables/dead-letters/dead-letters.ts';
import type { StoreStats } from '../../queue/views/stats.ts';
import { readStats } from '../../queue/views/stats.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { localTime } from '../../terminal/time.ts';
import { pausedWords } from '../shared/paused.ts';
import { sum } from '../shared/stats-document.ts';
import type { Finding } from './finding.ts';
import { failureOf, ok, warning } from './finding.ts';

/** What the databases tell about the work: breaker, dead letters and their retention. Empty without databases. */
export function checkState(
  { loaded, stores }: { readonly loaded: LoadedSettings | undefined; readonly stores: Stores | undefined },
  now: number,
): readonly Finding[] {
  if (stores === undefined) return [];
  try {
    const stats = readStats(stores, now);
    const oldestAt = oldestLetterAt(stores.dlqDb);
    const retention = loaded === undefined ? [] : checkRetention(oldestAt, loaded.settings.dlq_retention_days, now);
    return [...checkPause(stats), ...checkBreaker(stats, now), ...checkLetters(stats), ...retention];
  } catch (thrown) {
    return [failureOf('databases', thrown, 'Check the disk.')];
  }
}

function checkPause({ paused }: StoreStats): readonly Finding[] {
  if (paused === undefined) return [];
  const said = `nothing is written: ${pausedWords(paused)}`;
  if (paused.why === 'quiet_hours') return [ok('paused', said)];
  return [warning('paused', said, { fix: 'End the pause when you are ready.', command: 'plexsync resume' })];
}

function checkBreaker({ breakers }: StoreStats, now: number): readonly Finding[] {
  const { plex: breaker } = breakers;
  if (breaker.kind !== 'open') return [ok('breaker', `the circuit breaker is ${breaker.kind}`)];
  const admitted = admission(breaker, now);
  const until =
    admitted.kind === 'wait' ? `until ${localTime(admitted.retryAt)}` : 'until the next run has probed Plex';
  const since = localTime(breaker.openedAt);
  const fix = 'See to Plex first; the next plexsync process after that closes it.';
  return [warning('breaker', `the circuit breaker is open since ${since}, ${until}`, fix)];
}

function checkLetters({ deadLetters }: StoreStats): readonly Finding[] {
  const count = sum(deadLetters);
  if (count === 0) return [ok('dead_letters', 'none')];
  const types = Object.entries(deadLetters).map(([type, each]) => `${type} ${each}`);
  const fix = 'plexsync dlq list says why, plexsync dlq retry tries them again.';
  return [
    warning('dead_letters', `${count === 1 ? '1 dead letter' : `${count} dead letters`} (${types.join(', ')})`, fix),
  ];
}

const DAY_MS = 86_400_000;
/** Warns this long before a letter is removed, so that a person can still act. */
const NOTICE_MS = 3 * DAY_MS;

function checkRetention(oldestAt: number | undefined, keptMs: number, now: number): readonly Finding[] {
  const kept = `dead letters are kept for ${Math.round(keptMs / DAY_MS)} days`;
  if (oldestAt === undefined || oldestAt + keptMs - now > NOTICE_MS) return [ok('retention', kept)];
  const fix = 'Retry what still matters: plexsync dlq list.';
  return [warning('retention', `${kept}, and the oldest goes at ${localTime(oldestAt + keptMs)}`, fix)];
}
