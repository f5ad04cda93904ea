/**
 * How one criterion of a filter compares (stash.md 5.2). Each function returns a test; it throws for a modifier at
 * which Stash panics.
 */

export type Modifier =
  | 'EQUALS'
  | 'NOT_EQUALS'
  | 'GREATER_THAN'
  | 'LESS_THAN'
  | 'IS_NULL'
  | 'NOT_NULL'
  | 'INCLUDES_ALL'
  | 'INCLUDES'
  | 'EXCLUDES'
  | 'MATCHES_REGEX'
  | 'NOT_MATCHES_REGEX'
  | 'BETWEEN'
  | 'NOT_BETWEEN';

export type Criterion<Value> = { value: Value; value2?: Value | null; modifier: Modifier };
export type ListCriterion = {
  value?: readonly string[] | null;
  excludes?: readonly string[] | null;
  modifier: Modifier;
};

/** Stash's message after its code panicked. */
export class InternalSystemError extends Error {
  override message = 'internal system error';
}

/** Compares numbers as numbers, and times as plain text in their stored spelling, so that offsets are ignored. */
export function orderTest<Value extends string | number>(
  { value, value2, modifier }: Criterion<Value>,
  whenOpen: Value,
): (actual: Value | null) => boolean {
  const upper = value2 ?? whenOpen;
  switch (modifier) {
    case 'EQUALS':
      return (actual) => actual === value;
    case 'NOT_EQUALS':
      return (actual) => actual !== null && actual !== value;
    case 'GREATER_THAN':
      return (actual) => actual !== null && actual > value;
    case 'LESS_THAN':
      return (actual) => actual !== null && actual < value;
    case 'BETWEEN':
      return (actual) => actual !== null && actual >= value && actual <= upper;
    case 'NOT_BETWEEN':
      return (actual) => actual !== null && (actual < value || actual > upper);
    case 'IS_NULL':
      return (actual) => actual === null;
    case 'NOT_NULL':
      return (actual) => actual !== null;
    default:
      throw new InternalSystemError();
  }
}

/** EQUALS is LIKE without escaping; INCLUDES matches any of the words, or the whole value if it is in double quotes. */
export function textTest({ value, modifier }: Criterion<string>): (actual: string | null) => boolean {
  const isSet = (actual: string | null): actual is string => actual !== null && actual.trim() !== '';
  switch (modifier) {
    case 'EQUALS':
      return likeTest(value);
    case 'NOT_EQUALS':
      return not(likeTest(value));
    case 'INCLUDES':
      return includesTest(value);
    case 'EXCLUDES':
      return not(includesTest(value));
    case 'MATCHES_REGEX':
    case 'NOT_MATCHES_REGEX': {
      const pattern = new RegExp(value);
      const matches = (actual: string | null): boolean => isSet(actual) && pattern.test(actual);
      return modifier === 'MATCHES_REGEX' ? matches : not(matches);
    }
    case 'IS_NULL':
      return not(isSet);
    case 'NOT_NULL':
      return isSet;
    default:
      throw new InternalSystemError();
  }
}

/** Tests which related rows a scene has, by id. */
export function listTest({ value, excludes, modifier }: ListCriterion): (ids: readonly number[]) => boolean {
  const wanted = (value ?? []).map(Number);
  const unwanted = (excludes ?? []).map(Number);
  const isFree = (ids: readonly number[]): boolean => !unwanted.some((id) => ids.includes(id));
  switch (modifier) {
    case 'INCLUDES':
      return (ids) => isFree(ids) && (wanted.length === 0 || wanted.some((id) => ids.includes(id)));
    case 'INCLUDES_ALL':
      return (ids) => isFree(ids) && wanted.every((id) => ids.includes(id));
    case 'EXCLUDES':
      return (ids) => isFree(ids) && !wanted.some((id) => ids.includes(id));
    case 'IS_NULL':
      return (ids) => ids.length === 0;
    case 'NOT_NULL':
      return (ids) => ids.length > 0;
    default:
      throw new InternalSystemError();
  }
}

function not<Value>(test: (actual: Value) => boolean): (actual: Value) => boolean {
  return (actual) => !test(actual);
}

function includesTest(value: string): (actual: string | null) => boolean {
  const quoted = /^"(.*)"$/s.exec(value.trim());
  const words = quoted ? [quoted[1] ?? ''] : value.trim().split(/\s+/);
  const tests = words.map((word) => likeTest(`%${word}%`));
  return (actual) => tests.some((test) => test(actual));
}

/** SQL's LIKE as in SQLite: `%` and `_` are wildcards, and case is ignored only in ASCII. */
function likeTest(pattern: string): (actual: string | null) => boolean {
  const source = Array.from(asciiLower(pattern), (char) => {
    if (char === '%') return '.*';
    return char === '_' ? '.' : char.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
  }).join('');
  const expression = new RegExp(`^${source}$`, 'su');
  return (actual) => actual !== null && expression.test(asciiLower(actual));
}

function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
