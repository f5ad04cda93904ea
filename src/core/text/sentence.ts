/**
 * Kinds of personal text; the kind appears in the mask. A word that is several is shown as the first of them: a title
 * often names its file too.
 */
export const PERSONAL_KINDS = ['token', 'title', 'name', 'host', 'address', 'user', 'path', 'text'] as const;
export type PersonalKind = (typeof PERSONAL_KINDS)[number];

/** A text that is personal as a whole. */
export type Personal = { readonly personal: string; readonly kind: PersonalKind };
/** Text of another program: may hold anything personal. */
export type Foreign = { readonly free: string };

/** A part of a sentence: our own words, or what came from outside. */
export type Piece = string | Personal | Foreign;

/** A sentence whose parts are still told apart, so that masking need not read it. */
export type Sentence = { readonly pieces: readonly Piece[] };

type Part = string | number | Personal | Foreign | Sentence;
/** A plain `string` is refused: wrap it in `asX`, `foreign` or `ours`. */
type Sayable<Given> = Given extends string ? (string extends Given ? never : Given) : Given;

/** Words a sentence; what is put into it keeps its kind. A plain `string` does not compile. */
export function say<const Parts extends readonly Part[]>(
  words: TemplateStringsArray,
  ...parts: Parts & { readonly [Index in keyof Parts]: Sayable<Parts[Index]> }
): Sentence {
  const pieces: Piece[] = [];
  for (const [index, word] of words.entries()) {
    if (word !== '') pieces.push(word);
    for (const piece of piecesOf(parts[index] ?? '')) if (piece !== '') pieces.push(piece);
  }
  return { pieces };
}

function piecesOf(part: Part): readonly Piece[] {
  if (typeof part === 'number') return [String(part)];
  return typeof part === 'object' && 'pieces' in part ? part.pieces : [part];
}

export function asPath(personal: string): Personal {
  return { personal, kind: 'path' };
}

export function asTitle(personal: string): Personal {
  return { personal, kind: 'title' };
}

/** The name of a performer, a tag, a studio or a library. */
export function asName(personal: string): Personal {
  return { personal, kind: 'name' };
}

/** The address of a server, alone or as a URL. */
export function asHost(personal: string): Personal {
  return { personal, kind: 'host' };
}

/** Prose that somebody wrote, such as a summary. */
export function asProse(personal: string): Personal {
  return { personal, kind: 'text' };
}

/** What another program said, or a sentence that was stored as a text. */
export function foreign(free: string): Foreign {
  return { free };
}

/** Marks a text as not personal, where its type is `string`: a key, a time or a name from a table of ours. */
export function ours(text: string): Sentence {
  return { pieces: text === '' ? [] : [text] };
}

/** Parts in a row, with `separator` between them. */
export function listed(parts: readonly (Personal | Foreign | Sentence)[], separator = ', '): Sentence {
  return { pieces: parts.flatMap((part, index) => [...(index === 0 ? [] : [separator]), ...piecesOf(part)]) };
}

/** The sentence as it reads. */
export function plainText({ pieces }: Sentence): string {
  return pieces.map(pieceText).join('');
}

/** A piece as it reads. */
export function pieceText(piece: Piece): string {
  if (typeof piece === 'string') return piece;
  return 'free' in piece ? piece.free : piece.personal;
}

/** The sentence with the text of each piece changed; a piece keeps its kind. */
export function mapPieces({ pieces }: Sentence, change: (piece: Piece) => string): Sentence {
  return { pieces: pieces.map((piece) => withText(piece, change(piece))) };
}

function withText(piece: Piece, text: string): Piece {
  if (typeof piece === 'string') return text;
  return 'free' in piece ? { free: text } : { personal: text, kind: piece.kind };
}

/** The same, with only the parts from outside changed. */
export function mapOutside(sentence: Sentence, change: (piece: Personal | Foreign) => string): Sentence {
  return mapPieces(sentence, (piece) => (typeof piece === 'string' ? piece : change(piece)));
}

/** Whether a value of an event is a sentence. */
export function isSentence(value: unknown): value is Sentence {
  return typeof value === 'object' && value !== null && 'pieces' in value;
}

/** The sentence without a full stop at its end, to stand in another one. */
export function withoutStop({ pieces }: Sentence): Sentence {
  const last = pieces.at(-1);
  if (last === undefined) return { pieces };
  const cut = (text: string): string => text.replace(/\.$/, '');
  const end = typeof last === 'string' ? cut(last) : 'free' in last ? { free: cut(last.free) } : last;
  return { pieces: [...pieces.slice(0, -1), end] };
}
