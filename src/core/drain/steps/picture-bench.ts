import { asSyncError } from '../../model/errors.ts';
import type { ListedPicture, PictureEdit, PictureField, PictureRecord } from '../../model/picture.ts';
import type { RequestKind } from '../../model/request-kind.ts';
import type { PictureChoice } from '../../pictures/choice.ts';
import type { PictureNeed } from '../../pictures/needs.ts';
import type { KnownPicture } from '../../pictures/records.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { PictureFailure, PicturesDone, PlexPictures } from '../ports/pictures.ts';
import type { DrainDeps } from '../ports/ports.ts';
import type { DrainQueue } from '../ports/queue.ts';
import type { Planned } from '../ports/stages.ts';
import type { PictureCounts } from '../servers/picture-counts.ts';
import type { PictureReader } from '../servers/picture-reader.ts';
import type { PlexGuard } from '../servers/plex-guard.ts';
import type { RequestWatch } from '../servers/request-watch.ts';
import type { BlameUses } from './blame.ts';
import { isJobsToBear } from './blame.ts';

/** What seeing to pictures needs. */
export type PictureUses = BlameUses &
  Pick<DrainDeps, 'emit' | 'now' | 'checkpoint'> & {
    readonly queue: Pick<DrainQueue, 'intendPicture'>;
    readonly plex: PlexPictures;
    readonly guard: Pick<PlexGuard, 'ask' | 'answered' | 'halted'>;
    readonly requests: Pick<RequestWatch, 'succeeded'>;
    readonly reader: PictureReader;
    readonly counts: Pick<PictureCounts, 'left'>;
    readonly options: Pick<DrainOptions, 'rules' | 'mode'>;
  };

/** What is collected while the pictures of one item are seen to. */
export type Bench = {
  readonly work: Planned;
  readonly records: Partial<Record<PictureField, PictureRecord>>;
  readonly intended: Partial<Record<PictureField, PictureRecord>>;
  readonly edits: PictureEdit[];
  readonly lock: PictureField[];
  overlay: PicturesDone['overlay'];
  failure: PictureFailure | undefined;
};

/** A picture whose SHA-1 is known, what Plex has, and what to do. */
export type Decided = {
  readonly need: PictureNeed;
  readonly picture: KnownPicture;
  readonly list: readonly ListedPicture[];
  readonly choice: PictureChoice;
};

/** Where the work on a picture takes place. */
export type Place = { readonly bench: Bench; readonly context: PictureUses };

export type Answered<T> =
  | { readonly kind: 'answer'; readonly answer: T }
  | { readonly kind: 'failure'; readonly failure: PictureFailure };

/** Sends Plex one request for a picture, if one may be sent; a failure is noted. */
export async function askPlex<T>(
  kind: RequestKind,
  request: () => Promise<T>,
  { bench, context }: Place,
): Promise<Answered<T>> {
  const { guard, requests } = context;
  const { job } = bench.work;
  const failed = (failure: PictureFailure): Answered<T> => {
    fail(bench, failure);
    return { kind: 'failure', failure };
  };
  if (guard.halted() !== undefined) return failed({ kind: 'given_back' });
  try {
    const answer = await guard.ask(request);
    guard.answered();
    requests.succeeded(kind, [job]);
    return { kind: 'answer', answer };
  } catch (thrown) {
    const error = asSyncError(thrown);
    return failed(isJobsToBear(error, job, context) ? { kind: 'failed', error } : { kind: 'given_back' });
  }
}

/** The first failure is the one that is told. */
export function fail(bench: Bench, failure: PictureFailure): undefined {
  bench.failure ??= failure;
}
