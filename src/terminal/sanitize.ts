/**
 * Removes everything a terminal would obey from text from outside: control characters, line breaks and marks that
 * change the direction of writing become spaces.
 */
export function sanitize(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/gu, ' ');
}
