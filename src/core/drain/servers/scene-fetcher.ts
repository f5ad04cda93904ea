import { UNCHARGED_LIMIT } from '../../failures/charge.ts';
import { RETRY_RULES } from '../../failures/retry-policy.ts';
import { createStashBreaker } from '../../failures/stash-breaker.ts';
import type { StashEnd, StashTrouble } from '../../failures/stash-rest.ts';
import { endOfRest, stashRest } from '../../failures/stash-rest.ts';
import { asSyncError, SyncError, saidBy, UsageError } from '../../model/errors.ts';
import type { StashLook } from '../../model/stash-scene.ts';
import { foreign, plainText, say } from '../../text/sentence.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { DrainDeps } from '../ports/ports.ts';
import type { Looked } from './scene-looks.ts';
import { lookAtScenes } from './scene-looks.ts';
import { doubtOf } from './stash-identity.ts';

type RememberedEnd = Exclude<StashEnd, { kind: 'stash_breaker_open' }>;

/**
 * What asking for one scene resulted in. A `shared` error belongs to no job: the jobs are released and spend no
 * attempt.
 */
export type StashAnswer = StashLook | { readonly kind: 'shared'; readonly error: SyncError };

/** Asks Stash on behalf of this drain: trouble with Stash delays only the jobs that await it. */
export type SceneFetcher = {
  /** The scenes as they are now, by id; empty where no Stash is configured. */
  look(ids: readonly number[]): Promise<ReadonlyMap<number, StashAnswer>>;
  /** Why Stash may not be asked for a picture now, if there is a reason. */
  refusal(): SyncError | undefined;
  /** Notes that Stash answered the request for a picture well. */
  pictureAnswered(): void;
  /**
   * Notes that the request for a picture failed; returns what that means for its job. One that looks like an outage is
   * followed by a probe: if Stash answers that, the one picture is at fault.
   */
  pictureFailed(thrown: unknown): Promise<SyncError>;
  /** Before the first claim: finds out whether Stash may be asked, if a job that is due needs it. */
  meet(): void;
  /** `on_trial`: Stash failed when it was last asked. `away`: it is not asked in this drain any more. */
  state(): 'fine' | 'on_trial' | 'away';
  /** Why Stash is no longer asked, if there is a reason. */
  end(): StashEnd | undefined;
  /** Whether Stash answered with scenes that are believed. */
  hasAnswered(): boolean;
};

export function createSceneFetcher(
  deps: DrainDeps,
  { stashFingerprint }: Pick<DrainOptions, 'stashFingerprint'>,
): SceneFetcher {
  const { queue, stash, now, emit } = deps;
  const breaker = createStashBreaker(queue, now);
  let trouble = queue.stashTrouble();
  let end: StashEnd | undefined;
  let hasAnswered = false;

  const remember = (next: StashTrouble | undefined): void => {
    if (next !== trouble) queue.saveStashTrouble(next);
    trouble = next;
  };
  const admit = (): void => {
    const rest = stashRest(queue, trouble, { access: stashFingerprint, now: now() });
    if (rest !== undefined) end = endOfRest(rest);
    // The request itself is the probe; a half-open breaker says so to others.
    else breaker.closedUntil();
  };
  const isInTrouble = (): boolean => {
    const state = queue.breaker('stash');
    return trouble !== undefined || state.kind !== 'closed' || state.failures > 0;
  };
  const noteAnswer = (): void => {
    breaker.answered();
    remember(undefined);
  };
  /** Ends the asking, and remembers why if the breaker does not. */
  const endWith = (next: RememberedEnd, error: SyncError): void => {
    end = next;
    if (RETRY_RULES[error.code].countsForBreaker && next.kind !== 'stash_misconfigured') {
      countFault(error);
      return;
    }
    const hint = 'hint' in next ? plainText(next.hint) : undefined;
    const facts = { at: now(), access: stashFingerprint() ?? '' };
    remember({ kind: next.kind, message: plainText(next.message), hint, ...facts });
  };
  // A failure of a whole batch is no single job's fault: all its jobs are released.
  const fail = (thrown: unknown): SyncError => {
    if (thrown instanceof UsageError) {
      const message = saidBy(thrown);
      const hint = thrown.hint === undefined ? say`Check stash_url.` : say`${foreign(thrown.hint)}`;
      const error = new SyncError('stash_unavailable', message);
      endWith({ kind: 'stash_misconfigured', message, hint }, error);
      return error;
    }
    const error = asSyncError(thrown);
    if (error.code === 'unexpected') throw thrown;
    if (deps.stopRequested() !== undefined) return error;
    const isRefused = RETRY_RULES[error.code].class === 'auth';
    endWith({ kind: isRefused ? 'stash_unauthorized' : 'stash_unreachable', message: error.said }, error);
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
  const judge = async (
    ids: readonly number[],
    { looks, isAlive, trouble: met }: Looked,
  ): Promise<ReadonlyMap<number, StashAnswer>> => {
    if (isAlive) noteAnswer();
    const refusal = (await doubtIn(looks)) ?? (isAlive ? undefined : nonsenseOf(looks));
    if (refusal !== undefined) return all(ids, fail(refusal));
    const left = met?.left ?? [];
    if (left.length > 0) return new Map([...looks, ...all(left, fail(met?.thrown))]);
    // Each scene failed alone, so the failures are theirs. If Stash answered for none, the server may still be at
    // fault.
    const [failure] = isAlive ? [] : failuresIn(looks);
    if (failure !== undefined) countFault(failure);
    return looks;
  };
  const refusal = (): SyncError | undefined => {
    if (stash === undefined) return undefined;
    if (end === undefined) admit();
    return end && new SyncError('stash_unavailable', say`Stash is not asked: ${end.message}`);
  };
  const isSilent = async (): Promise<boolean> => {
    try {
      await stash?.probe();
      return false;
    } catch (thrown) {
      if (asSyncError(thrown).code === 'unexpected') throw thrown;
      return true;
    }
  };
  const pictureFailed = async (thrown: unknown): Promise<SyncError> => {
    if (thrown instanceof UsageError) return fail(thrown);
    const error = asSyncError(thrown);
    if (error.code === 'stash_unauthorized') return fail(error);
    if (error.code === 'stash_unavailable') {
      if (deps.stopRequested() !== undefined || (await isSilent())) return fail(error);
      const { said, retryAfterMs, request } = error;
      return await pictureFailed(
        new SyncError('stash_error', say`${said}, though Stash is up`, { retryAfterMs, request }),
      );
    }
    if (RETRY_RULES[error.code].countsForBreaker) countFault(error);
    return error;
  };
  return {
    refusal,
    pictureAnswered: noteAnswer,
    pictureFailed,
    look: async (ids) => {
      if (ids.length === 0 || stash === undefined) return new Map();
      const refused = refusal();
      if (refused !== undefined) return all(ids, refused);
      const looked = await lookAtScenes(ids, stash);
      hasAnswered ||= looked.isAlive;
      return await judge(ids, looked);
    },
    meet: () => {
      if (stash !== undefined && isInTrouble() && queue.awaitsStash(now())) admit();
    },
    state: () => {
      if (end !== undefined) return 'away';
      return stash !== undefined && isInTrouble() ? 'on_trial' : 'fine';
    },
    end: () => end,
    hasAnswered: () => hasAnswered,
  };
}

/** The error of a Stash that reads none of the scenes it was asked for: with so many, no scene is to blame. */
function nonsenseOf(looks: ReadonlyMap<number, StashLook>): SyncError | undefined {
  const failures = failuresIn(looks);
  return failures.length >= UNCHARGED_LIMIT ? failures[0] : undefined;
}

function failuresIn(looks: ReadonlyMap<number, StashLook>): readonly SyncError[] {
  return [...looks.values()].flatMap((look) => (look.kind === 'failed' ? [look.error] : []));
}

function all(ids: readonly number[], error: SyncError): ReadonlyMap<number, StashAnswer> {
  return new Map(ids.map((id) => [id, { kind: 'shared', error }]));
}
