import { fileName } from '../core/match/paths.ts';
import type { PersonalKind } from '../core/text/sentence.ts';
import { PERSONAL_KINDS } from '../core/text/sentence.ts';
import type { Span } from './mask-patterns.ts';
import { KEPT_EXTENSION, suspectSpans } from './mask-patterns.ts';

/**
 * Takes what is personal out of texts that are to be posted. The same word has the same mask everywhere in one report,
 * also as part of a path; what the mask stands for cannot be looked up without the key behind `digest`.
 */
export type Masker = {
  /** Makes a word known: from now on it is masked wherever it stands in free text. */
  learn(kind: PersonalKind, text: string): void;
  /** A text from outside, with everything known and everything that looks personal masked. */
  mask(text: string): string;
  /** A text that is personal as a whole. */
  maskAs(kind: PersonalKind, text: string): string;
  /** How many different words were masked, by kind. */
  counts(): Readonly<Partial<Record<PersonalKind, number>>>;
};

/** Masks one report: `texts` is all that will be masked, so that only the words which occur in it are kept. */
export function createMasker(texts: readonly string[], digest: (text: string) => string): Masker {
  const occurring = new Set(texts.flatMap((text) => wordsIn(text).map(({ word }) => word)));
  // Words that cannot occur are dropped first: a large library has very many.
  const known = createKnownWords((first) => occurring.has(first));
  const labels = createLabels(digest);
  const masker: Masker = {
    learn: (kind, text) => {
      known.learn(kind, text);
      if (kind !== 'path') return;
      for (const segment of segmentsOf(text)) {
        known.learn('path', segment);
        known.learn('path', segment.replace(/\.[^.]*$/, ''));
      }
    },
    mask: (text) => replaced(text, joined([...known.spans(text), ...suspectSpans(text)]), labels.label),
    maskAs: (kind, text) => rendered(/^[a-z]+:\/\//i.test(text) ? 'url' : kind, text, labels.label),
    counts: labels.counts,
  };
  return masker;
}

/**
 * Masks texts that are personal as a whole and come one after another, without remembering any: the same word has the
 * same mask for ever.
 */
export function createLastingMask(digest: (text: string) => string): Masker['maskAs'] {
  const label = lastingLabel(digest);
  return (kind, text) => rendered(/^[a-z]+:\/\//i.test(text) ? 'url' : kind, text, label);
}

function lastingLabel(digest: (text: string) => string): Label {
  return (kind, text) => `${kind}-${digest(keyOf(text)).slice(0, LASTING_DIGEST)}`;
}

/**
 * Takes the paths and file names, and nothing else, out of texts that come one after another: the same file has the same
 * mask for ever. Only the latest words are remembered, since lines repeat the paths of the jobs at hand.
 */
export function createPathMasker(digest: (text: string) => string): {
  /** Makes a path known, with its file and its folders, also where it has spaces or an unknown extension. */
  learn(path: string): void;
  mask(text: string): string;
  /** A text that is a path, or the name of a file, as a whole. */
  maskPath(path: string): string;
} {
  const label = lastingLabel(digest);
  const learned = new Set<string>();
  let latest = createRemembered();
  let before = latest;
  const learn = (path: string): void => {
    if (learned.has(path)) return;
    if (learned.size >= REMEMBERED) {
      learned.clear();
      before = latest;
      latest = createRemembered();
    }
    learned.add(path);
    // A folder at the root, such as /films, would mask the library Films; it is recognised by its slash.
    if (wordsIn(path).length > 1 || !/[\\/]/.test(path)) latest.words.learn('path', path);
    const name = fileName(path);
    // A folder of one word would take that word out of lines of ours; it is recognised by its slash.
    if (wordsIn(name).length > 1) latest.words.learn('path', name);
    // Plex titles a file that it knows nothing about by its name.
    const title = name.replace(/\.[^.]*$/, '');
    if (wordsIn(title).length > 1) latest.words.learn('path', title);
    else if (title !== name) latest.titles.add(keyOf(title));
    const folder = path.slice(0, Math.max(0, path.length - name.length - 1));
    if (wordsIn(folder).length > 1) learn(folder);
  };
  return {
    learn,
    mask: (text) => {
      const key = keyOf(text);
      if (latest.titles.has(key) || before.titles.has(key)) return label('path', text);
      const spans = [...latest.words.spans(text), ...before.words.spans(text), ...pathSpans(text)];
      return replaced(text, joined(spans), label);
    },
    maskPath: (path) => renderedPath(path, label),
  };
}

/** The words of the latest paths, and names of one word, which are masked only where they are a whole text. */
function createRemembered() {
  return { words: createKnownWords(() => true), titles: new Set<string>() };
}

/** Long enough for a library of a million files: there is no list of the masks that are taken. */
const LASTING_DIGEST = 10;
const REMEMBERED = 1_000;

/** What looks like a path, or is quoted and holds one. Addresses stay, but for those of files. */
function pathSpans(text: string): readonly Span[] {
  const spans = suspectSpans(text).map((span) => ({ ...span, part: text.slice(span.start, span.end) }));
  const addresses = spans.filter(({ kind, part }) => kind === 'url' && !/^file:/i.test(part));
  return spans.flatMap(({ part, kind, ...place }) => {
    if (kind !== 'path' && kind !== 'url' && !(kind === 'text' && isPathLike(part))) return [];
    const isOfAddress = addresses.some(({ start, end }) => start <= place.start && place.end <= end);
    return isOfAddress ? [] : [{ ...place, kind: kind === 'text' ? ('path' as const) : kind }];
  });
}

function isPathLike(quoted: string): boolean {
  return /[\\/]/.test(quoted) || KEPT_EXTENSION.test(quoted);
}

function replaced(text: string, spans: readonly Span[], label: Label): string {
  let shown = '';
  let at = 0;
  for (const { start, end, kind } of spans) {
    shown += text.slice(at, start) + rendered(kind, text.slice(start, end), label);
    at = end;
  }
  return shown + text.slice(at);
}

type Label = (kind: PersonalKind, text: string) => string;

const SHORTEST_DIGEST = 4;

/** Gives each word a mask, as short as possible while unique. */
function createLabels(digest: (text: string) => string) {
  const byWord = new Map<string, string>();
  const taken = new Set<string>();
  const masked = new Map<PersonalKind, Set<string>>();
  const label: Label = (kind, text) => {
    const word = keyOf(text);
    masked.set(kind, (masked.get(kind) ?? new Set()).add(word));
    let short = byWord.get(word);
    if (short === undefined) {
      const long = digest(word);
      let length = SHORTEST_DIGEST;
      while (taken.has(long.slice(0, length)) && length < long.length) length += 1;
      short = long.slice(0, length);
      taken.add(short);
      byWord.set(word, short);
    }
    return `${kind}-${short}`;
  };
  return {
    label,
    counts: (): Partial<Record<PersonalKind, number>> =>
      Object.fromEntries([...masked].map(([kind, words]) => [kind, words.size])),
  };
}

function rendered(kind: Span['kind'], text: string, label: Label): string {
  if (text.trim() === '') return text;
  if (kind === 'url') return renderedUrl(text, label);
  if (kind === 'path' || (kind === 'text' && /^(?:[A-Za-z]:)?[\\/]/.test(text))) return renderedPath(text, label);
  return label(kind, text);
}

/** Folder by folder, since which folders two paths share is what a report is often about. */
function renderedPath(path: string, label: Label): string {
  return path.replace(/[^\\/]+/g, (segment) => {
    const extension = KEPT_EXTENSION.exec(segment)?.[0] ?? '';
    const stem = segment.slice(0, segment.length - extension.length);
    return stem === '' ? label('path', segment) : `${label('path', stem)}${extension.toLowerCase()}`;
  });
}

const SCHEMES = ['http', 'https', 'file', 'ftp', 'smb', 'nfs', 'ws', 'wss'];

function renderedUrl(url: string, label: Label): string {
  const [, scheme = '', host = '', port = '', path = '', rest = ''] =
    /^([a-z][a-z0-9+.-]*):\/\/(?:[^/?#\\]*@)?(\[[^\]]*\]|[^/?#\\:]*)(:\d{1,5}(?!\d))?([^?#]*)(.*)$/is.exec(url) ?? [];
  const shownScheme = SCHEMES.includes(scheme.toLowerCase()) ? scheme.toLowerCase() : 'url';
  const shownHost = host === '' ? '' : label('host', host);
  return `${shownScheme}://${shownHost}${port}${renderedPath(path, label)}${rest === '' ? '' : '?…'}`;
}

/** Merges overlapping spans; the longest one decides the kind. */
function joined(spans: readonly Span[]): readonly Span[] {
  const result: { start: number; end: number; kind: Span['kind']; length: number }[] = [];
  for (const { start, end, kind } of spans.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1);
    if (last === undefined || start >= last.end) {
      result.push({ start, end, kind, length: end - start });
      continue;
    }
    if (end - start > last.length) Object.assign(last, { kind, length: end - start });
    last.end = Math.max(last.end, end);
  }
  return result;
}

/** Letters of scripts that put no space between words stand for themselves. */
const WORDS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]\p{M}*|[\p{L}\p{N}\p{M}]+/gu;

/** Words of paths, hosts and users that are not personal, and that our own lines are full of. */
const PUBLIC_WORDS = new Set(
  'plexsync plex stash home root user users data media mnt srv var tmp opt usr local share config library libraries queue db json log localhost node bin lib app docker volume volumes mp4 mkv the a and in is of to'.split(
    ' ',
  ),
);

type KnownWord = { readonly words: readonly string[]; readonly kind: PersonalKind };

/** Finds known words, whatever stands between their parts: `Harbour Lights` also in `harbour.lights`. */
function createKnownWords(isWanted: (firstWord: string) => boolean) {
  const byFirst = new Map<string, Map<string, KnownWord>>();
  const literals = new Map<string, PersonalKind>();
  return {
    learn: (kind: PersonalKind, text: string): void => {
      const first = firstWordIn(text);
      if (kind === 'token' || first === undefined) {
        const literal = text.trim();
        // A single sign of punctuation for a title would mask the whole report.
        if (literal.length > 2 || /[^\x20-\x7f]/.test(literal)) literals.set(literal, kind);
        return;
      }
      if (!isWanted(first)) return;
      const words = wordsIn(text).map(({ word }) => word);
      if (isPublic(kind, words)) return;
      const known = byFirst.get(first) ?? new Map<string, KnownWord>();
      const key = words.join(' ');
      const before = known.get(key);
      if (before === undefined || isShownBefore(kind, before.kind)) known.set(key, { words, kind });
      byFirst.set(first, known);
    },
    spans: (text: string): readonly Span[] => {
      const words = wordsIn(text);
      const found: Span[] = [];
      for (const [index, { word, start }] of words.entries()) {
        for (const { words: wanted, kind } of byFirst.get(word)?.values() ?? []) {
          const last = words[index + wanted.length - 1];
          if (last === undefined || !wanted.every((part, offset) => words[index + offset]?.word === part)) continue;
          found.push({ start, end: last.end, kind });
        }
      }
      for (const [literal, kind] of literals) {
        const regex = new RegExp(literal.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'giu');
        for (const match of text.matchAll(regex))
          found.push({ start: match.index, end: match.index + match[0].length, kind });
      }
      return found;
    },
  };
}

function isShownBefore(kind: PersonalKind, other: PersonalKind): boolean {
  return PERSONAL_KINDS.indexOf(kind) < PERSONAL_KINDS.indexOf(other);
}

function isPublic(kind: PersonalKind, words: readonly string[]): boolean {
  if (kind !== 'path' && kind !== 'host' && kind !== 'user') return false;
  return words.every((word) => PUBLIC_WORDS.has(word) || /^\d{1,4}$/.test(word));
}

function wordsIn(text: string): { readonly word: string; readonly start: number; readonly end: number }[] {
  return [...text.matchAll(WORDS)].map((match) => ({
    word: foldWord(match[0]),
    start: match.index,
    end: match.index + match[0].length,
  }));
}

const FIRST_WORD = new RegExp(WORDS.source, 'u');

function firstWordIn(text: string): string | undefined {
  const first = FIRST_WORD.exec(text)?.[0];
  return first === undefined ? undefined : foldWord(first);
}

/** What has the same words has the same mask, as `Harbour Lights` and `harbour-lights`. */
function keyOf(text: string): string {
  const words = wordsIn(text).map(({ word }) => word);
  return words.length === 0 ? text.trim() : words.join(' ');
}

function foldWord(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

function segmentsOf(path: string): readonly string[] {
  return path.split(/[\\/]+/).filter((segment) => segment !== '');
}
