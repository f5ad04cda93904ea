import { constants } from 'node:os';
import type { DrainEnd } from './core/drain/drain.ts';
import type { SyncErrorCode } from './core/model/errors.ts';
import { StoreError, SyncError, saidBy, UsageError } from './core/model/errors.ts';
import type { Sentence } from './core/text/sentence.ts';
import { foreign, ours, say } from './core/text/sentence.ts';

/** Every exit code; `docs/exit-codes.md` and `--help` list the same. */
export const EXIT = {
  done: 0,
  jobsFailed: 1,
  usage: 2,
  refused: 3,
  unreachable: 4,
  timeUp: 5,
  store: 6,
  bug: 70,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The meaning of each exit code, as `--help exit-codes`, the man pages and `docs/exit-codes.md` print it. */
export const EXIT_CODE_WORDS: readonly (readonly [code: ExitCode | '129, 130, 143', meaning: string])[] = [
  [0, 'done, nothing failed (jobs that wait for Plex to find their file are no failures)'],
  [1, 'ran, and the answer is no: a job failed, a check found something, nothing matched'],
  [2, 'usage or configuration, or more would be removed from Plex than is done unasked'],
  [3, 'Plex or Stash refused the credentials'],
  [4, 'a server cannot be reached, or the circuit breaker is open: nothing lost, run again'],
  [5, 'the time that was given is over, with jobs left'],
  [6, 'the data directory cannot be used: damaged, full, read-only, newer'],
  [70, 'a bug in plexsync'],
  ['129, 130, 143', 'stopped by a signal; writes in flight were settled'],
];

/** The exit code for each reason why a drain ended; for a time limit only when jobs are left. */
const END_EXITS: Readonly<Record<DrainEnd['kind'], ExitCode>> = {
  unauthorized: EXIT.refused,
  stash_unauthorized: EXIT.refused,
  forbidden: EXIT.refused,
  unreachable: EXIT.unreachable,
  failing: EXIT.unreachable,
  breaker_open: EXIT.unreachable,
  stash_unreachable: EXIT.unreachable,
  stash_breaker_open: EXIT.unreachable,
  misconfigured: EXIT.usage,
  stash_misconfigured: EXIT.usage,
  removals: EXIT.usage,
  time_up: EXIT.timeUp,
  limit: EXIT.done,
  paused: EXIT.done,
  // The signal itself determines the exit code.
  signal: EXIT.done,
};

/** The exit code for a reason to end, when `due` jobs are left. */
export function endExitCode(end: DrainEnd['kind'], due: number): ExitCode {
  return end === 'time_up' && due === 0 ? EXIT.done : END_EXITS[end];
}

/** When several codes apply to one run, the first of these counts; a signal goes before all. */
const PRECEDENCE: readonly ExitCode[] = [
  EXIT.bug,
  EXIT.store,
  EXIT.refused,
  EXIT.unreachable,
  EXIT.usage,
  EXIT.timeUp,
  EXIT.jobsFailed,
];

/** The code of a run to which all of `codes` apply. */
export function strongest(codes: readonly ExitCode[]): ExitCode {
  return PRECEDENCE.find((code) => codes.includes(code)) ?? EXIT.done;
}

/** 128 + the signal's number, as shells report it: 129, 130 or 143. */
export function signalExitCode(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/** Whether an exit code says that a signal ended the command. */
export function isSignalExit(exitCode: number): boolean {
  return exitCode > 128;
}

/** What the person reads when a command could not do its work. */
export type Complaint = {
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly message: Sentence;
  readonly hint: Sentence | undefined;
  /** Only for a bug: needed for a bug report. */
  readonly stack: string | undefined;
};

type ServerExit = { readonly exitCode: ExitCode; readonly hint: Sentence };

const OTHER_TOKEN: ServerExit = {
  exitCode: EXIT.refused,
  hint: say`Check plex_token: it must be the one of the server’s owner.`,
};
const TRY_AGAIN: ServerExit = {
  exitCode: EXIT.unreachable,
  hint: say`Check plex_url and that Plex runs, then try again.`,
};
const TRY_STASH_AGAIN: ServerExit = {
  exitCode: EXIT.unreachable,
  hint: say`Check stash_url and that Stash runs, then try again.`,
};

/** The exit code of a command whose only request to a server failed; a drain settles its jobs instead. */
const SERVER_EXITS: Partial<Record<SyncErrorCode, ServerExit>> = {
  plex_unauthorized: OTHER_TOKEN,
  plex_forbidden: OTHER_TOKEN,
  plex_unavailable: TRY_AGAIN,
  plex_busy: TRY_AGAIN,
  plex_error: TRY_AGAIN,
  plex_malformed: TRY_AGAIN,
  plex_not_found: TRY_AGAIN,
  plex_rejected: TRY_AGAIN,
  plex_too_long: TRY_AGAIN,
  stash_unauthorized: {
    exitCode: EXIT.refused,
    hint: say`Check stash_api_key: Stash shows its API key under Settings › Security.`,
  },
  stash_unavailable: TRY_STASH_AGAIN,
  stash_busy: TRY_STASH_AGAIN,
  stash_error: TRY_STASH_AGAIN,
  stash_malformed: TRY_STASH_AGAIN,
  stash_rejected: TRY_STASH_AGAIN,
};

/** bin/plexsync.js says the same where not even the first file can be loaded. */
const REPLACED = {
  message: say`A part of plexsync is missing: it was replaced meanwhile, or its installation is incomplete.`,
  hint: say`Run it again; if that does not help, install it again. The queue is safe.`,
};

/** Turns whatever a command threw into a complaint; the only place where errors become exit codes. */
export function complaintOf(thrown: unknown, version: string): Complaint {
  if (thrown instanceof UsageError) {
    const hint = thrown.hint === undefined ? undefined : say`${foreign(thrown.hint)}`;
    return { code: 'usage', exitCode: EXIT.usage, message: saidBy(thrown), hint, stack: undefined };
  }
  if (thrown instanceof StoreError) {
    const hint = say`${foreign(thrown.hint)}`;
    return { code: 'store', exitCode: EXIT.store, message: saidBy(thrown), hint, stack: undefined };
  }
  if (thrown instanceof Error && (thrown as NodeJS.ErrnoException).code === 'ERR_DLOPEN_FAILED') {
    const hint = say`plexsync needs glibc 2.34 or newer, or musl, on a 64-bit system: use a current image such as node:24.`;
    return {
      code: 'platform',
      exitCode: EXIT.bug,
      message: say`The SQLite library does not run on this system.`,
      hint,
      stack: undefined,
    };
  }
  if (thrown instanceof Error && /^(?:ERR_)?MODULE_NOT_FOUND$/.test(String((thrown as NodeJS.ErrnoException).code)))
    return { code: 'installation', exitCode: EXIT.bug, ...REPLACED, stack: undefined };
  const refusal = thrown instanceof SyncError ? SERVER_EXITS[thrown.code] : undefined;
  if (thrown instanceof SyncError && refusal !== undefined)
    return {
      code: thrown.code,
      exitCode: refusal.exitCode,
      message: thrown.said,
      hint: refusal.hint,
      stack: undefined,
    };
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const code = error instanceof SyncError ? error.code : 'bug';
  const hint = say`This is a bug in plexsync ${ours(version)}. Please report it with the lines below; the queue is safe.`;
  return { code, exitCode: EXIT.bug, message: saidBy(error), hint, stack: error.stack };
}
