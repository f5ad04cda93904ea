import { USUAL_BYTES } from '../../pictures/usual-size.ts';
import type { DrainQueue } from '../ports/queue.ts';

/** How many pictures a run wrote and left, and how many would come if somebody decided so. */
export type PictureFigures = {
  readonly written: number;
  readonly left: number;
  /** Set where nobody has decided about pictures yet, and scenes of this run have some. `bytes` is about. */
  readonly awaiting?: { readonly count: number; readonly bytes: number } | undefined;
  /** How many scenes name a picture by hand that is not written, since pictures are turned off; absent where none does. */
  readonly givenAndLeft?: number | undefined;
};

/** Counts the pictures of a run. */
export type PictureCounts = {
  written(): void;
  left(): void;
  /** Notes a scene whose picture is not written, since nobody has decided. */
  awaits(sceneId: number): void;
  /** Notes a scene whose picture was given by hand, and is not written. */
  leavesGiven(sceneId: number): void;
  figures(): PictureFigures;
};

export function createPictureCounts({ queue }: { readonly queue: Pick<DrainQueue, 'pictureBytes'> }): PictureCounts {
  const awaiting = new Set<number>();
  const given = new Set<number>();
  let written = 0;
  let left = 0;
  return {
    written: () => {
      written += 1;
    },
    left: () => {
      left += 1;
    },
    awaits: (sceneId) => void awaiting.add(sceneId),
    leavesGiven: (sceneId) => void given.add(sceneId),
    figures: () => {
      const count = awaiting.size;
      const bytes = Math.round(count * (count === 0 ? 0 : (queue.pictureBytes() ?? USUAL_BYTES)));
      return {
        ...{ written, left },
        ...(count === 0 ? {} : { awaiting: { count, bytes } }),
        ...(given.size === 0 ? {} : { givenAndLeft: given.size }),
      };
    },
  };
}
