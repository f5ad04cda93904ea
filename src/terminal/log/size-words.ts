import type { PictureEdit } from '../../core/model/picture.ts';

/** A number of bytes for people: `312 kB`, `1.2 GB`. */
export function sizeText(bytes: number): string {
  const unit = UNITS.findLast(({ from }) => bytes >= from) ?? UNITS[0];
  const count = bytes / unit.of;
  return `${count < 10 && unit.of > 1_000 ? count.toFixed(1) : Math.round(count)} ${unit.name}`;
}

/** What is done with a picture: `uploaded (312 kB)`, `selected`. */
export function pictureWords({ how, bytes }: PictureEdit): string {
  return bytes === undefined ? how : `${how} (${sizeText(bytes)})`;
}

/** Each unit begins where the one before would need four digits. */
const UNITS = [
  { name: 'kB', of: 1_000, from: 0 },
  { name: 'MB', of: 1_000_000, from: 999_500 },
  { name: 'GB', of: 1_000_000_000, from: 999_500_000 },
] as const;
