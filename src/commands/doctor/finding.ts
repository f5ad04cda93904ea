import type { PathMapping } from '../../core/match/paths.ts';
import { StoreError, SyncError, UsageError } from '../../core/model/errors.ts';

/** The result of one check. A failure stops the work; a warning may, now or later. */
export type Finding = {
  readonly check: string;
  readonly status: 'ok' | 'warning' | 'failure';
  readonly message: string;
} & Partial<Way>;

/** The way out of a finding. */
export type Way = {
  /** What to do about it, as a sentence. */
  readonly fix: string | undefined;
  /** The very line to run, ready to paste. */
  readonly command?: string | undefined;
  /** What `doctor --fix` does about it. */
  readonly remedy?: Remedy | undefined;
};

/**
 * What `doctor --fix` can do. `path_map`: set these mappings in place of those that are set; `close`: take the rights of
 * others on a file or folder away; `heal`: try dead letters again whose files are found now, or once the mappings are
 * set.
 */
export type Remedy =
  | { readonly kind: 'path_map'; readonly mappings: readonly PathMapping[] }
  | { readonly kind: 'close'; readonly path: string; readonly mode: number }
  | { readonly kind: 'heal'; readonly letterIds: readonly number[]; readonly after: 'path_map' | 'nothing' };

/** Findings, and a value that later checks need; `undefined` when it is not available. */
export type Examined<T> = { readonly findings: readonly Finding[]; readonly value: T | undefined };

/** The check passed; `way` is a possible improvement. */
export function ok(check: string, message: string, way?: string | Way): Finding {
  return { check, status: 'ok', message, ...toWay(way) };
}

/** The work can go on, but something should be done. */
export function warning(check: string, message: string, way?: string | Way): Finding {
  return { check, status: 'warning', message, ...toWay(way) };
}

/** The work cannot go on. */
export function failure(check: string, message: string, way: string | Way): Finding {
  return { check, status: 'failure', message, ...toWay(way) };
}

function toWay(way: string | Way | undefined): Way {
  return typeof way === 'object' ? way : { fix: way };
}

/** One line for checks that could not run, and why. */
export function skipped(check: string, why: string): Finding {
  return { check, status: 'warning', message: `skipped: ${why}` };
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
