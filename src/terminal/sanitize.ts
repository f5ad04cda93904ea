/** Text from outside without anything a terminal would obey: control characters become spaces, line breaks too. */
export function sanitize(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ');
}
