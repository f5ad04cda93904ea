import type { PictureField } from '../../core/model/picture.ts';
import { USUAL_BYTES } from '../../core/pictures/usual-size.ts';
import type { Settings } from '../../settings/table.ts';
import { sizeText } from '../../terminal/log/size-words.ts';

/** How many pictures come, and about how many bytes they have in all. */
export type PicturesToCome = { readonly count: number; readonly bytes: number };

/** The kinds of pictures that are written. */
export function writtenPictures({
  sync_master,
  sync_poster,
  sync_background,
}: Pick<Settings, 'sync_master' | 'sync_poster' | 'sync_background'>): readonly PictureField[] {
  if (!sync_master) return [];
  return [...(sync_poster === true ? (['thumb'] as const) : []), ...(sync_background ? (['art'] as const) : [])];
}

/** So many pictures with their bytes; `averageBytes` is of those that are known, if any is. */
export function picturesOfCount(count: number, averageBytes: number | undefined): PicturesToCome {
  return { count, bytes: Math.round(count * (averageBytes ?? USUAL_BYTES)) };
}

/** Words that follow what is to be done: ` with up to 1,200 pictures, about 360 MB in all`; empty for none. */
export function toComeWords({ count, bytes }: PicturesToCome): string {
  if (count === 0) return '';
  const pictures = count === 1 ? '1 picture' : `${count.toLocaleString('en')} pictures`;
  return ` with up to ${pictures}, about ${sizeText(bytes)} in all`;
}
