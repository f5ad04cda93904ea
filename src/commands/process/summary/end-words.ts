import type { DrainEnd } from '../../../core/drain/drain.ts';
import { unreachable } from '../../../core/model/errors.ts';
import type { Sentence } from '../../../core/text/sentence.ts';
import { listed, ours, say } from '../../../core/text/sentence.ts';
import { EXIT, endExitCode } from '../../../exit.ts';
import type { RunStats } from '../../../queue/views/waiting.ts';
import type { LogLine } from '../../../terminal/log/event-lines.ts';
import type { Output } from '../../../terminal/log/output.ts';
import { localTime } from '../../../terminal/time.ts';
import { CREDENTIAL_CURES, refusalWords } from '../credential-cures.ts';
import { REMOVALS_HINT, removalsWords } from '../removals.ts';
import type { Summary } from './summary-text.ts';

/** Reports why a run ended, or did less than it could; an end that somebody has to fix is an error. */
export function tellEnd(end: DrainEnd, summary: Summary, output: Output): void {
  const { stats } = summary;
  const exitCode = endExitCode(end.kind, stats.waiting.due);
  const lines = [...explainEnd(end, stats), ...(exitCode === EXIT.unreachable ? lastingWords(end, summary) : [])];
  if (exitCode === EXIT.done || exitCode === EXIT.timeUp) {
    for (const [level, line] of lines) output.log(level, line);
    return;
  }
  const [message = say`${end.kind}`, ...rest] = lines.map(([, line]) => withoutPrefix(line));
  const hint = rest.length === 0 ? undefined : listed(rest, ' ');
  output.error({ code: end.kind, exitCode, message, hint }, lines);
}

/** Since when a server is away, if an earlier run has found out. */
function lastingWords({ kind }: DrainEnd, { startedAt, outageSince }: Summary): readonly LogLine[] {
  const since = outageSince?.(kind.startsWith('stash_') ? 'stash' : 'plex');
  if (since === undefined || since >= startedAt) return [];
  return [['error', say`[PlexSync] It has been like this since ${ours(localTime(since))}.`]];
}

/** A line of ours as a sentence for a program, which knows whose it is. */
function withoutPrefix({ pieces }: Sentence): Sentence {
  const [first = '', ...rest] = pieces;
  const start = typeof first === 'string' ? ours(first.replace(/^\[PlexSync\] /, '')).pieces : [first];
  return { pieces: [...start, ...rest] };
}

/** Why a run ended, or did less than it could, if that needs explaining, and what to do next. */
function explainEnd(end: DrainEnd, stats: RunStats): readonly LogLine[] {
  const waiting = say`${stats.waiting.due} ${stats.waiting.due === 1 ? 'job' : 'jobs'} waiting`;
  switch (end.kind) {
    case 'unauthorized':
      return [
        ['error', say`[PlexSync] Authentication failed: Unauthorized`],
        [
          'error',
          say`[PlexSync] ${refusalWords(end)}. ${ours(CREDENTIAL_CURES.unauthorized)}, then run again; ${waiting}, nothing lost.`,
        ],
      ];
    case 'forbidden':
      return [
        [
          'error',
          say`[PlexSync] ${refusalWords(end)}. ${ours(CREDENTIAL_CURES.forbidden)}, then run again; ${waiting}, nothing lost.`,
        ],
      ];
    case 'unreachable':
      return [
        [
          'error',
          say`[PlexSync] Plex server is down — pausing, ${waiting}: ${end.message}. Nothing is lost; run again later.`,
        ],
      ];
    case 'failing':
      return [
        [
          'error',
          say`[PlexSync] Plex answers, but not as it should — pausing, ${waiting}: ${end.message}. Nothing is lost; run again later.`,
        ],
      ];
    case 'breaker_open':
      return [
        ['error', say`[PlexSync] Circuit breaker OPENED - pausing processing`],
        [
          'error',
          say`[PlexSync] ${end.message}. Plex is asked again after ${ours(localTime(end.retryAt))}; ${waiting}, nothing lost.`,
        ],
      ];
    case 'stash_unauthorized':
      return [
        [
          'error',
          say`[PlexSync] ${end.message}. ${ours(CREDENTIAL_CURES.stash_unauthorized)}, then run again; ${waiting}, nothing lost.`,
        ],
      ];
    case 'stash_unreachable':
      return [
        [
          'error',
          say`[PlexSync] Stash is down — the jobs that need it wait, ${waiting}: ${end.message}. Nothing is lost; run again later.`,
        ],
      ];
    case 'stash_breaker_open':
      return [
        [
          'error',
          say`[PlexSync] ${end.message}. Stash is asked again after ${ours(localTime(end.retryAt))}; ${waiting}, nothing lost.`,
        ],
      ];
    case 'misconfigured':
    case 'stash_misconfigured':
      return [
        ['error', say`[PlexSync] ${end.message}`],
        ['error', say`[PlexSync] ${end.hint}`],
      ];
    case 'removals':
      return [
        ['error', say`[PlexSync] ${removalsWords(end.jobs)}`],
        ['error', say`[PlexSync] ${REMOVALS_HINT}`],
      ];
    case 'time_up':
      return stats.waiting.due > 0
        ? [['warning', say`[PlexSync] Timeout waiting for queue (${stats.waiting.due} items remaining)`]]
        : [];
    case 'signal':
      return [['warning', say`[PlexSync] Stopped by ${end.signal}: what had ended is settled, ${waiting}`]];
    case 'paused':
      return [['info', say`[PlexSync] Writing was paused: what was in flight is settled, ${waiting}`]];
    case 'limit':
      return [];
    default:
      return unreachable(end);
  }
}
