/**
 * Removes everything a terminal would obey from text from outside: control characters and line breaks become spaces.
 */
export function sanitize(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ');
}
