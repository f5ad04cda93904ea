import type { ParseError } from 'jsonc-parser';
import * as jsonc from 'jsonc-parser';

/**
 * Describes the first error in a text that is not JSON, with line and column; quotes nothing, since it may hold a
 * secret.
 */
export function describeJsonError(text: string): string {
  const errors: ParseError[] = [];
  try {
    jsonc.parse(text, errors, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false });
  } catch (thrown) {
    if (thrown instanceof RangeError) return 'it is nested too deeply';
    throw thrown;
  }
  const [first] = errors;
  if (first === undefined) return 'it is damaged';
  const before = text.slice(0, first.offset).split('\n');
  return `${REASONS[first.error] ?? 'it is damaged'} at line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
}

/** Keyed by jsonc-parser's codes, as its type declarations list them. */
const REASONS: Readonly<Record<number, string>> = {
  1: 'an unexpected sign',
  2: 'a number in no form of JSON',
  3: 'a name in double quotes is missing',
  4: 'a value is missing',
  5: 'a colon is missing',
  6: 'a comma is missing',
  7: 'a closing brace is missing',
  8: 'a closing bracket is missing',
  9: 'something follows after the end',
  10: 'a comment, which JSON does not allow,',
  11: 'a comment that does not end',
  12: 'text in quotes that does not end',
  13: 'a number that does not end',
  14: 'a broken \\u sign',
  15: 'a broken escape sign',
  16: 'a sign that may not stand in text',
};
