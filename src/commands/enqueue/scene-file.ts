import { UsageError } from '../../core/model/errors.ts';
import type { SceneEdit } from '../../core/model/scene.ts';
import { parseGivenScene } from '../../core/model/scene.ts';
import { parseJsonText } from '../../core/text/json-text.ts';
import { withPictureUrls } from './pictures.ts';

const FORMS = 'A JSON object, a JSON array or one JSON object a line (NDJSON) is expected; nothing was enqueued.';

/**
 * Parses the scenes of a file: one JSON object, a JSON array, or NDJSON. One invalid scene refuses the whole file.
 * @throws {UsageError} naming the file and the entry or line.
 */
export function parseScenes(text: string, name: string): readonly SceneEdit[] {
  const body = text.replace(/^\ufeff/, '');
  if (body.trim() === '') throw new UsageError(`${name} is empty.`, FORMS);
  const whole = parseJsonText(body);
  if (whole.kind === 'value') {
    if (!Array.isArray(whole.value)) return [parseEntry(whole.value, name)];
    if (whole.value.length === 0) throw new UsageError(`${name} holds no scene.`, FORMS);
    return whole.value.map((entry, index) => parseEntry(entry, `${name}, entry ${index + 1}`));
  }
  const lines = body.split('\n').map((line, index) => ({ line: line.trim(), number: index + 1 }));
  const filled = lines.filter(({ line }) => line !== '');
  const [first] = filled;
  // If the first line is not a value of its own, the file is one broken document and not NDJSON.
  if (
    filled.length === 1 ||
    first === undefined ||
    (parseJsonText(first.line).kind === 'broken' && /^[[{]$|^\[/.test(first.line))
  ) {
    throw new UsageError(`${name} is no JSON: ${whole.reason}.`, FORMS);
  }
  return filled.map(({ line, number }) => {
    const parsed = parseJsonText(line);
    if (parsed.kind === 'broken') throw new UsageError(`${name}, line ${number} is no JSON: ${parsed.reason}.`, FORMS);
    return parseEntry(parsed.value, `${name}, line ${number}`);
  });
}

function parseEntry(value: unknown, where: string): SceneEdit {
  try {
    return withPictureUrls(parseGivenScene(value, where), value, where);
  } catch (thrown) {
    if (thrown instanceof UsageError)
      throw new UsageError(thrown.message, 'Correct it and run again; nothing was enqueued.');
    throw thrown;
  }
}
