/**
 * Whether a single word has the form of a Plex token or an API key: long, of letters and digits mixed, or a JWT. Such a
 * word is never shown, wherever a person has put it by mistake.
 */
export function looksLikeToken(word: string): boolean {
  if (/^eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?$/.test(word)) return true;
  return /^[\w+=~-]{16,}$/.test(word) && /\d/.test(word) && /[a-z]/i.test(word);
}
