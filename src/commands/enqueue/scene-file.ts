import { UsageError } from '../../core/model/errors.ts';
import type { SceneEdit } from '../../core/model/scene.ts';
import { parseGivenScene } from '../../core/model/scene.ts';
import { parseJsonText } from '../../core/text/json-text.ts';
import { noteIgnored } from './ignored-keys.ts';
import { createMistakes } from './mistakes.ts';
import { withPictureUrls } from './pictures.ts';

const FORMS = 'A JSON object, a JSON array or one JSON object a line (NDJSON) is expected; nothing was enqueued.';

/**
 * Parses the scenes of a file, one after the other as they are asked for: one JSON object, a JSON array, or NDJSON. Of
 * NDJSON no more than a line is kept.
 * @param chunks its bytes
 * @param ignored gets the keys that nobody reads
 * @throws {UsageError} naming the file and the entries or lines, once all of it is read.
 */
export function* parseScenes(
  chunks: Iterable<Uint8Array>,
  name: string,
  ignored = new Set<string>(),
): Generator<SceneEdit> {
  const source = { name, ignored };
  const lines = filledLines(linesOf(chunks, name));
  const first = lines.next();
  if (first.done === true) throw new UsageError(`${name} is empty.`, FORMS);
  const head = parseJsonText(first.value.line);
  if (head.kind === 'broken' && /^\s*[[{]/.test(first.value.line)) {
    yield* sceneDocument(collected(first.value, lines, name), source);
    return;
  }
  const second = lines.next();
  if (second.done === true) {
    if (head.kind === 'broken') throw new UsageError(`${name} is no JSON: ${head.reason}.`, FORMS);
    yield* entriesOf(head.value, source);
    return;
  }
  // Two broken lines are another kind of file, and the same mistake in each line of it: the rest is not even read.
  const isNdjson = head.kind === 'value' || parseJsonText(second.value.line).kind === 'value';
  yield* scenesIn(isNdjson ? joined([first.value, second.value], lines) : [first.value], parseLine, source);
}

/** All lines of what may be one value. */
function collected(first: Line, rest: Iterable<Line>, name: string): readonly Line[] {
  const lines = [first];
  let length = first.line.length;
  for (const line of rest) {
    length += line.line.length + 1;
    refuseTooLong(length, name);
    lines.push(line);
  }
  return lines;
}

function* joined<T>(head: readonly T[], rest: Iterable<T>): Generator<T> {
  yield* head;
  yield* rest;
}

/** The scenes of all entries; after a mistake the rest is read for further ones alone. */
function* scenesIn<T>(
  entries: Iterable<T>,
  parse: (entry: T, source: Source) => SceneEdit,
  source: Source,
): Generator<SceneEdit> {
  const mistakes = createMistakes(source.name);
  for (const entry of entries) {
    let edit: SceneEdit;
    try {
      edit = parse(entry, source);
    } catch (thrown) {
      mistakes.note(thrown);
      if (mistakes.isFull()) break;
      continue;
    }
    if (!mistakes.hasAny()) yield edit;
  }
  mistakes.throwIfAny();
}

/** What is no NDJSON has to be one value over many lines. */
function sceneDocument(lines: readonly Line[], source: Source): Iterable<SceneEdit> {
  const whole = parseJsonText(lines.map(({ line }) => line).join('\n'));
  if (whole.kind === 'value') return entriesOf(whole.value, source);
  const [first] = lines;
  // If the first line is a part of a value, the file is one broken document and not NDJSON.
  if (lines.length === 1 || first === undefined || /^[[{]$|^\[/.test(first.line.trim()))
    throw new UsageError(`${source.name} is no JSON: ${whole.reason}.`, FORMS);
  // Two broken lines are another kind of file, and the same mistake in each line of it.
  const [, second] = lines;
  const isNdjson = second !== undefined && parseJsonText(second.line).kind === 'value';
  return scenesIn(isNdjson ? lines : [first], parseLine, source);
}

type Source = { readonly name: string; readonly ignored: Set<string> };

function* entriesOf(value: unknown, source: Source): Generator<SceneEdit> {
  const { name, ignored } = source;
  if (!Array.isArray(value)) {
    yield parseEntry(value, name, ignored);
    return;
  }
  if (value.length === 0) throw new UsageError(`${name} holds no scene.`, FORMS);
  yield* scenesIn(
    value.entries(),
    ([index, entry]) => parseEntry(entry, `${name}, entry ${index + 1}`, ignored),
    source,
  );
}

function parseLine({ line, number }: Line, { name, ignored }: Source): SceneEdit {
  const parsed = parseJsonText(line);
  if (parsed.kind === 'broken') throw new UsageError(`${name}, line ${number} is no JSON: ${parsed.reason}.`, FORMS);
  return parseEntry(parsed.value, `${name}, line ${number}`, ignored);
}

function parseEntry(value: unknown, where: string, ignored: Set<string>): SceneEdit {
  noteIgnored(value, ignored);
  try {
    return withPictureUrls(parseGivenScene(value, where), value, where);
  } catch (thrown) {
    if (thrown instanceof UsageError)
      throw new UsageError(thrown.message, 'Correct it and run again; nothing was enqueued.');
    throw thrown;
  }
}

type Line = { readonly line: string; readonly number: number };

function* filledLines(lines: Iterable<string>): Generator<Line> {
  let number = 0;
  for (const line of lines) {
    number += 1;
    if (line.trim() !== '') yield { line, number };
  }
}

function* linesOf(chunks: Iterable<Uint8Array>, name: string): Generator<string> {
  // Joined once: a line may be the whole file.
  let begun: string[] = [];
  let length = 0;
  for (const text of textsOf(chunks, name)) {
    const [first = '', ...others] = text.split('\n');
    begun.push(first);
    length += first.length;
    refuseTooLong(length, name);
    const last = others.pop();
    if (last === undefined) continue;
    yield begun.join('');
    yield* others;
    begun = [last];
    length = last.length;
  }
  yield begun.join('');
}

/** In characters: half of what V8 takes for a text. */
const LONGEST_VALUE = 268_435_456;

function refuseTooLong(length: number, name: string): void {
  if (length <= LONGEST_VALUE) return;
  throw new UsageError(
    `${name} has a line, or one JSON value, of more than 268 million characters.`,
    'Give it in parts, or as one JSON object a line (NDJSON); nothing was enqueued.',
  );
}

function* textsOf(chunks: Iterable<Uint8Array>, name: string): Generator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw thrown;
    throw new UsageError(`${name} is not UTF-8 text.`, 'Save it as UTF-8; nothing was enqueued.');
  }
}
