import type { Sentence } from '../../src/core/text/sentence.ts';
import { isSentence, plainText } from '../../src/core/text/sentence.ts';

/** A value with each sentence in it as it reads. */
export type Worded<Value> = Value extends Sentence
  ? string
  : Value extends object
    ? { readonly [Key in keyof Value]: Worded<Value[Key]> }
    : Value;

/** Words each sentence in plain data, at any depth. */
export function worded<Value>(value: Value): Worded<Value>;
export function worded(value: unknown): unknown {
  if (isSentence(value)) return plainText(value);
  if (Array.isArray(value)) return value.map((entry: unknown) => worded(entry));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, worded(inner)]));
}
