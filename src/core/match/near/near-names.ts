import type { Agreements } from '../../model/file-facts.ts';
import { fileStem } from '../paths.ts';

/**
 * How two different file names nearly agree. `other_ending`: after the last dot alone; `smb_signs`: where one side has
 * the private-use signs by which SMB stands for signs that Windows forbids; `other_signs`: in signs that are neither
 * letters nor digits; `one_letter`: by one letter that is missing, added, another one, or swapped with the next;
 * `longer_name`: one has more words behind, as a converted file may.
 */
export type NearName = 'other_ending' | 'smb_signs' | 'other_signs' | 'one_letter' | 'longer_name';

/** Shorter names differ by one letter too often to mean the same. */
const SHORTEST = 4;

/**
 * How a name nearly agrees with the wanted one, if it does; both as `nameKey` spells them, and not equal. Film 1 is
 * neither film 2 nor film 1 again, unless an equal size or duration says so.
 */
export function nearName(name: string, wanted: string, { size, duration }: Agreements): NearName | undefined {
  const [stem, wantedStem] = [fileStem(name), fileStem(wanted)];
  if (stem === wantedStem) return 'other_ending';
  if (areSameBehindSmb(stem, wantedStem)) return 'smb_signs';
  const [letters, wantedLetters] = [lettersOf(stem), lettersOf(wantedStem)];
  if (letters === wantedLetters && letters !== '') return 'other_signs';
  const isSameEnding = name.slice(stem.length) === wanted.slice(wantedStem.length);
  if (Math.min(stem.length, wantedStem.length) < SHORTEST) return undefined;
  const numbers = size === 'same' ? 'any' : 'same';
  if (isSameEnding && differsInOneLetter([...stem], [...wantedStem], numbers)) return 'one_letter';
  const [shorter = '', longer = ''] = [stem, wantedStem].toSorted((a, b) => a.length - b.length);
  const isLonger =
    duration === 'same' && longer.startsWith(shorter) && /^[^\p{L}\p{N}]/u.test(longer.slice(shorter.length));
  return isLonger ? 'longer_name' : undefined;
}

/** Parts of a name to search for where all of it brought nothing: a nearly equal name has at least one of them. */
export function namePieces(name: string): readonly string[] {
  const stem = [...fileStem(name)];
  const middle = Math.ceil(stem.length / 2);
  // A letter that differs lies in one half alone; signs may be another ones in both.
  const halves = [stem.slice(0, middle).join(''), stem.slice(middle).join('')];
  // Signs between words, which programs replace, each by its own rule.
  const runs = stem.join('').split(/[^\p{L}\p{N}\p{M} ]+/u);
  return [...new Set([...halves, longest(runs)].map((piece) => piece.trim()))].filter(
    (piece) => !['', stem.join('')].includes(piece),
  );
}

function longest(runs: readonly string[]): string {
  return runs.toSorted((a, b) => b.length - a.length)[0] ?? '';
}

function lettersOf(stem: string): string {
  return stem.replace(/[^\p{L}\p{N}\p{M}]+/gu, '');
}

/**
 * The signs of the mapping that macOS and Samba use; the other one, of Windows’ Services for UNIX and of Cygwin, adds
 * U+F000 to each sign. U+F022 stands for another sign in each.
 */
const SMB_SIGNS: Readonly<Record<string, string>> = {
  '\uF020': '"',
  '\uF021': '*',
  '\uF022': ':',
  '\uF023': '<',
  '\uF024': '>',
  '\uF025': '?',
  '\uF026': '\\',
  '\uF027': '|',
  '\uF028': ' ',
  '\uF029': '.',
};

function isSmbSign(sign: string): boolean {
  return sign >= '\uF001' && sign <= '\uF07F';
}

/** What a sign may stand for, itself among it. */
function meaningsOf(sign: string): readonly string[] {
  if (!isSmbSign(sign)) return [sign];
  return [sign, SMB_SIGNS[sign] ?? sign, String.fromCharCode(sign.charCodeAt(0) - 0xf000).toLowerCase()];
}

function areSameBehindSmb(a: string, b: string): boolean {
  const [signs, others] = [[...a], [...b]];
  // Names that differ and agree sign by sign have such a sign.
  return (
    signs.length === others.length &&
    signs.every((sign, index) => {
      const other = meaningsOf(others[index] ?? '');
      return meaningsOf(sign).some((meaning) => other.includes(meaning));
    })
  );
}

function differsInOneLetter(a: readonly string[], b: readonly string[], numbers: 'same' | 'any'): boolean {
  const start = a.findIndex((letter, index) => letter !== b[index]);
  const from = start === -1 ? a.length : start;
  const shortest = Math.min(a.length, b.length) - from;
  let end = 0;
  while (end < shortest && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const [left, right] = [a.slice(from, a.length - end), b.slice(from, b.length - end)];
  const isSwapped = left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0];
  const isOne = left.length <= 1 && right.length <= 1;
  const isNumber = [...left, ...right].some((letter) => /\p{N}/u.test(letter));
  return (isOne || isSwapped) && (numbers === 'any' || !isNumber);
}
