import { StoreError, SyncError, UsageError } from '../../core/model/errors.ts';

/** The result of one check. A failure stops the work; a warning may, now or later. */
export type Finding = {
  readonly check: string;
  readonly status: 'ok' | 'warning' | 'failure';
  readonly message: string;
  /** What to do about it. */
  readonly fix: string | undefined;
};

/** Findings, and a value that later checks need; `undefined` when it is not available. */
export type Examined<T> = { readonly findings: readonly Finding[]; readonly value: T | undefined };

/** The check passed; `fix` is a possible improvement. */
export function ok(check: string, message: string, fix?: string): Finding {
  return { check, status: 'ok', message, fix };
}

/** The work can go on, but something should be done. */
export function warning(check: string, message: string, fix?: string): Finding {
  return { check, status: 'warning', message, fix };
}

/** The work cannot go on. */
export function failure(check: string, message: string, fix: string): Finding {
  return { check, status: 'failure', message, fix };
}

/** One line for checks that could not run, and why. */
export function skipped(check: string, why: string): Finding {
  return { check, status: 'warning', message: `skipped: ${why}`, fix: undefined };
}

/** Turns an error thrown by a check into a finding: a failed check is a result and does not end the command. */
export function failureOf(check: string, thrown: unknown, fix: string): Finding {
  if (thrown instanceof UsageError || thrown instanceof StoreError)
    return failure(check, withoutStop(thrown.message), thrown.hint ?? fix);
  if (thrown instanceof SyncError && thrown.code !== 'unexpected') return failure(check, thrown.message, fix);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return failure(check, `the check itself broke: ${message}`, 'This is a bug in plexsync: please report it.');
}

function withoutStop(message: string): string {
  return message.replace(/\.$/, '');
}
