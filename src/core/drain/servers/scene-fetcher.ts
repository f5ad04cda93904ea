import { UNCHARGED_LIMIT } from '../../failures/charge.ts';
import { RETRY_RULES } from '../../failures/retry-policy.ts';
import { createStashBreaker } from '../../failures/stash-breaker.ts';
import { asSyncError, SyncError, saidBy, UsageError } from '../../model/errors.ts';
import type { StashLook } from '../../model/stash-scene.ts';
import type { Sentence } from '../../text/sentence.ts';
import { foreign, say } from '../../text/sentence.ts';
import type { DrainDeps } from '../ports/ports.ts';
import { lookAtScenes } from './scene-looks.ts';
import { doubtOf } from './stash-identity.ts';

/** Why the jobs that await Stash were not tried. */
export type StashEnd =
  | { readonly kind: 'stash_unreachable'; readonly message: Sentence }
  | { readonly kind: 'stash_unauthorized'; readonly message: Sentence }
  | { readonly kind: 'stash_misconfigured'; readonly message: Sentence; readonly hint: Sentence }
  | { readonly kind: 'stash_breaker_open'; readonly retryAt: number; readonly message: Sentence };

/**
 * What asking for one scene resulted in. A `shared` error belongs to no job: the jobs are released and spend no
 * attempt.
 */
export type StashAnswer = StashLook | { readonly kind: 'shared'; readonly error: SyncError };

/** Asks Stash on behalf of this drain: trouble with Stash delays only the jobs that await it. */
export type SceneFetcher = {
  /** The scenes as they are now, by id; empty where no Stash is configured. */
  look(ids: readonly number[]): Promise<ReadonlyMap<number, StashAnswer>>;
  /** Why Stash is no longer asked, if there is a reason. */
  end(): StashEnd | undefined;
  /** Whether Stash answered with scenes that are believed. */
  hasAnswered(): boolean;
};

export function createSceneFetcher(deps: DrainDeps): SceneFetcher {
  const { queue, stash, now, emit } = deps;
  const breaker = createStashBreaker(queue, now);
  let end: StashEnd | undefined;
  let hasAnswered = false;

  const admit = (): void => {
    const retryAt = breaker.closedUntil();
    if (retryAt !== undefined) end = { kind: 'stash_breaker_open', retryAt, message: say`Stash did not answer lately` };
  };
  // A failure of a whole batch is no single job's fault: all its jobs are released.
  const fail = (thrown: unknown): SyncError => {
    if (thrown instanceof UsageError) {
      const message = saidBy(thrown);
      const hint = thrown.hint === undefined ? say`Check stash_url.` : say`${foreign(thrown.hint)}`;
      end = { kind: 'stash_misconfigured', message, hint };
      return new SyncError('stash_unavailable', message);
    }
    const error = asSyncError(thrown);
    if (error.code === 'unexpected') throw thrown;
    if (deps.stopRequested() !== undefined) return error;
    const isRefused = RETRY_RULES[error.code].class === 'auth';
    end = { kind: isRefused ? 'stash_unauthorized' : 'stash_unreachable', message: error.said };
    countFault(error);
    return error;
  };
  const countFault = (error: SyncError): void => {
    const retryAt = breaker.failed(error);
    if (retryAt === undefined) return;
    end = { kind: 'stash_breaker_open', retryAt, message: error.said };
    emit({ kind: 'stash_breaker_opened', message: error.said });
  };
  /** Why the looks are not believed: a doubt, or what was thrown while asking once more. */
  const doubtIn = async (looks: ReadonlyMap<number, StashLook>): Promise<unknown> => {
    if (stash === undefined) return undefined;
    try {
      return await doubtOf(looks, { queue, stash });
    } catch (thrown) {
      return thrown;
    }
  };
  return {
    look: async (ids) => {
      if (ids.length === 0 || stash === undefined) return new Map();
      if (end === undefined) admit();
      if (end !== undefined)
        return all(ids, new SyncError('stash_unavailable', say`Stash is not asked: ${end.message}`));
      const { looks, isAlive, trouble } = await lookAtScenes(ids, stash);
      if (isAlive) breaker.answered();
      const refusal = (await doubtIn(looks)) ?? (isAlive ? undefined : nonsenseOf(looks));
      if (refusal !== undefined) return all(ids, fail(refusal));
      hasAnswered ||= isAlive;
      if (trouble === undefined) return looks;
      if (trouble.left.length > 0) return new Map([...looks, ...all(trouble.left, fail(trouble.thrown))]);
      // Each scene failed alone, so the failures are theirs. If Stash answered for none, the server may still be at
      // fault.
      if (!isAlive) countFault(asSyncError(trouble.thrown));
      return looks;
    },
    end: () => end,
    hasAnswered: () => hasAnswered,
  };
}

/** The error of a Stash that reads none of the scenes it was asked for: with so many, no scene is to blame. */
function nonsenseOf(looks: ReadonlyMap<number, StashLook>): SyncError | undefined {
  const failures = [...looks.values()].flatMap((look) => (look.kind === 'failed' ? [look.error] : []));
  return failures.length >= UNCHARGED_LIMIT ? failures[0] : undefined;
}

function all(ids: readonly number[], error: SyncError): ReadonlyMap<number, StashAnswer> {
  return new Map(ids.map((id) => [id, { kind: 'shared', error }]));
}
