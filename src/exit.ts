import { constants } from 'node:os';
import type { SyncErrorCode } from './core/model/errors.ts';
import { StoreError, SyncError, UsageError } from './core/model/errors.ts';

/** Every exit code; README and `--help` say the same. */
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

/** Several may apply to one run: the first of these counts, after a signal. */
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

/** What the person is told of a command that could not do its work. */
export type Complaint = {
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly message: string;
  readonly hint: string | undefined;
  /** Only for a bug: what a report needs. */
  readonly stack: string | undefined;
};

type ServerExit = { readonly exitCode: ExitCode; readonly hint: string };

const OTHER_TOKEN: ServerExit = {
  exitCode: EXIT.refused,
  hint: 'Check plex_token: it must be the one of the server’s owner.',
};
const TRY_AGAIN: ServerExit = {
  exitCode: EXIT.unreachable,
  hint: 'Check plex_url and that Plex runs, then try again.',
};
const TRY_STASH_AGAIN: ServerExit = {
  exitCode: EXIT.unreachable,
  hint: 'Check stash_url and that Stash runs, then try again.',
};

/** How a command ends that asked the server one thing and was not answered; a drain settles its jobs instead. */
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
    hint: 'Check stash_api_key: Stash shows its API key under Settings › Security.',
  },
  stash_unavailable: TRY_STASH_AGAIN,
  stash_busy: TRY_STASH_AGAIN,
  stash_error: TRY_STASH_AGAIN,
  stash_malformed: TRY_STASH_AGAIN,
  stash_rejected: TRY_STASH_AGAIN,
};

/** Turns whatever a command threw into a complaint; the one place where errors become exit codes. */
export function complaintOf(thrown: unknown, version: string): Complaint {
  if (thrown instanceof UsageError) {
    return { code: 'usage', exitCode: EXIT.usage, message: thrown.message, hint: thrown.hint, stack: undefined };
  }
  if (thrown instanceof StoreError) {
    return { code: 'store', exitCode: EXIT.store, message: thrown.message, hint: thrown.hint, stack: undefined };
  }
  if (thrown instanceof Error && (thrown as NodeJS.ErrnoException).code === 'ERR_DLOPEN_FAILED') {
    const hint =
      'plexsync needs glibc 2.34 or newer, or musl, on a 64-bit system: use a current image such as node:24.';
    return {
      code: 'platform',
      exitCode: EXIT.bug,
      message: 'The SQLite library does not run on this system.',
      hint,
      stack: undefined,
    };
  }
  const refusal = thrown instanceof SyncError ? SERVER_EXITS[thrown.code] : undefined;
  if (thrown instanceof SyncError && refusal !== undefined)
    return {
      code: thrown.code,
      exitCode: refusal.exitCode,
      message: thrown.message,
      hint: refusal.hint,
      stack: undefined,
    };
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const code = error instanceof SyncError ? error.code : 'bug';
  const hint = `This is a bug in plexsync ${version}. Please report it with the lines below; the queue is safe.`;
  return { code, exitCode: EXIT.bug, message: error.message, hint, stack: error.stack };
}
