import { bisect } from '../../failures/bisect.ts';
import type { SyncErrorCode } from '../../model/errors.ts';
import { SyncError } from '../../model/errors.ts';
import { REQUEST_KINDS } from '../../model/request-kind.ts';
import type { StashLook } from '../../model/stash-scene.ts';
import { say } from '../../text/sentence.ts';
import type { DrainStash } from '../ports/ports.ts';

/**
 * Errors that one scene may cause in a query of many, unless Stash asks us to wait; any other error belongs to no
 * scene.
 */
const ONE_SCENES_FAULT: ReadonlySet<SyncErrorCode> = new Set(['stash_error', 'stash_malformed', 'stash_rejected']);

/** Enough extra requests to find two poisoned scenes anywhere in the query. */
const mostExtra = (count: number): number => 4 * Math.ceil(Math.log2(count));

/** What asking for many scenes resulted in. */
export type Looked = {
  readonly looks: ReadonlyMap<number, StashLook>;
  /** Whether Stash answered for any of them. */
  readonly isAlive: boolean;
  /** The last failure of a query, and the scenes that were `left` unasked because of it, without fault of their own. */
  readonly trouble: { readonly thrown: unknown; readonly left: readonly number[] } | undefined;
};

/**
 * Asks for scenes in one query. A query that fails whole is halved until a single scene is at fault. An outage, a
 * request to wait or a refused key belongs to no scene and ends the look at once, and so does a Stash that answers for
 * none.
 */
export async function lookAtScenes(ids: readonly number[], stash: Pick<DrainStash, 'scenes'>): Promise<Looked> {
  const looks = new Map<number, StashLook>();
  const alone = new Map<number, SyncError>();
  let thrown: unknown;
  let requestsLeft = 1 + mostExtra(ids.length);
  const unasked = await bisect(ids, async (part) => {
    const isHopeless = looks.size === 0 && alone.size > 1;
    if (isHopeless || requestsLeft === 0) return 'stop';
    requestsLeft -= 1;
    try {
      for (const [id, look] of await stash.scenes(part)) looks.set(id, look);
      return 'done';
    } catch (failure) {
      thrown = failure;
      if (!isOneScenesFault(failure)) return 'stop';
      if (part.length === 1) for (const id of part) alone.set(id, failure);
      return 'halve';
    }
  });
  return judged({ looks, alone, thrown, unasked });
}

function judged(asked: {
  readonly looks: ReadonlyMap<number, StashLook>;
  /** Scenes whose query failed although it held no other scene. */
  readonly alone: ReadonlyMap<number, SyncError>;
  readonly thrown: unknown;
  readonly unasked: readonly number[];
}): Looked {
  const { alone, thrown, unasked } = asked;
  const isAlive = [...asked.looks.values()].some(({ kind }) => kind !== 'failed');
  const looks = new Map(asked.looks);
  const left = [...unasked];
  for (const [id, error] of alone) {
    const own = ownFault(error, isAlive ? 'answers_others' : 'answers_none');
    if (own === undefined) left.push(id);
    else looks.set(id, { kind: 'failed', error: own });
  }
  return { looks, isAlive, trouble: thrown === undefined ? undefined : { thrown, left } };
}

function isOneScenesFault(thrown: unknown): thrown is SyncError {
  if (!(thrown instanceof SyncError) || !ONE_SCENES_FAULT.has(thrown.code)) return false;
  const isShared = thrown.request !== undefined && REQUEST_KINDS[thrown.request] === 'shared';
  return !isShared && thrown.retryAfterMs === undefined;
}

/** A rejected query is the scene's fault only if Stash answers for others; `undefined`: it is no scene's fault. */
function ownFault(error: SyncError, stash: 'answers_others' | 'answers_none'): SyncError | undefined {
  if (error.code !== 'stash_rejected') return error;
  if (stash === 'answers_none') return undefined;
  return new SyncError('stash_error', say`${error.said}, though it answers for other scenes`, {
    request: error.request,
  });
}
