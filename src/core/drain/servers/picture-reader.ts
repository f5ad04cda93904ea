import { asSyncError } from '../../model/errors.ts';
import type { Job } from '../../model/job.ts';
import type { PictureLook } from '../../model/picture.ts';
import type { DrainDeps } from '../ports/ports.ts';
import type { RequestWatch } from './request-watch.ts';
import type { SceneFetcher } from './scene-fetcher.ts';

/** As many pictures are in memory at a time, however many jobs are under way. */
const MOST_IN_MEMORY = 2;

/** Reads pictures at their source on behalf of this drain. */
export type PictureReader = {
  /** Does work that may hold a picture in memory, once fewer than two others do. */
  withRoom<T>(work: () => Promise<T>): Promise<T>;
  /**
   * Reads one picture, or with `etag` only if it is another one.
   * @throws {SyncError} `stash_unavailable` also where Stash is not asked any more
   */
  look(job: Job, source: string, etag: string | undefined): Promise<PictureLook>;
};

type Uses = {
  readonly source: NonNullable<DrainDeps['pictures']>;
  readonly scenes: Pick<SceneFetcher, 'refusal' | 'pictureAnswered' | 'pictureFailed'>;
  readonly requests: Pick<RequestWatch, 'succeeded' | 'failed'>;
};

export function createPictureReader({ source, scenes, requests }: Uses): PictureReader {
  return {
    withRoom: createRoom(MOST_IN_MEMORY),
    look: async (job, address, etag) => {
      // A local file needs no Stash.
      if (!isUrl(address)) return await source.look(address, { etag });
      const refusal = scenes.refusal();
      if (refusal !== undefined) throw refusal;
      try {
        const look = await source.look(address, { etag });
        scenes.pictureAnswered();
        requests.succeeded('stash GET picture', [job]);
        return look;
      } catch (thrown) {
        const error = await scenes.pictureFailed(thrown);
        requests.failed(job, error);
        throw error;
      }
    },
  };
}

/** Lets at most `most` do their work at a time; the others wait in order. */
function createRoom(most: number): PictureReader['withRoom'] {
  let free = most;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => void waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

function isUrl(address: string): boolean {
  return /^https?:/i.test(address);
}

/** Whether a picture can never be used as it is now, so that only another one is worth a try. */
export function isRefusal(thrown: unknown): boolean {
  return asSyncError(thrown).code === 'picture_unusable';
}
