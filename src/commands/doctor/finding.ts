import { StoreError, SyncError, UsageError } from '../../core/model/errors.ts';

/** What one check came to. A failure stops the work; a warning may, or will. */
export type Finding = {
  readonly check: string;
  readonly status: 'ok' | 'warning' | 'failure';
  readonly message: string;
  /** What to do about it. */
  readonly fix: string | undefined;
};

/** Findings, with what later checks build on; no value when it cannot be had. */
export type Examined<T> = { readonly findings: readonly Finding[]; readonly value: T | undefined };

/** All is well; `fix` is what would make it better still. */
export function ok(check: string, message: string, fix?: string): Finding {
  return { check, status: 'ok', message, fix };
}

/** The work goes on, or may; something should be done. */
export function warning(check: string, message: string, fix?: string): Finding {
  return { check, status: 'warning', message, fix };
}

/** The work cannot be done. */
export function failure(check: string, message: string, fix: string): Finding {
  return { check, status: 'failure', message, fix };
}

/** One line for all the checks that could not be made, and why. */
export function skipped(check: string, why: string): Finding {
  return { check, status: 'warning', message: `skipped: ${why}`, fix: undefined };
}

/** What a check threw, as its finding: a check that fails is a result, never an end. */
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
