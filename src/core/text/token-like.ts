/**
 * Whether a single word has the form of a Plex token or an API key: long, of letters and digits mixed, or a JWT. Such a
 * word is never shown, wherever a person has put it by mistake.
 */
export function looksLikeToken(word: string): boolean {
  if (/^eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?$/.test(word)) return true;
  return /^[\w+=~-]{16,}$/.test(word) && /\d/.test(word) && /[a-z]/i.test(word);
}

/**
 * Whether a text that cannot be used as an address may be a secret in the wrong place: it holds what has the form of a
 * token, or is one long word that no host, port or sentence would be.
 */
export function mayBeSecret(text: string): boolean {
  const words = text.split(/[\s"'`/:=?&,;@]+/);
  const alone = text
    .trim()
    .replace(/^[^=]*=/, '')
    .replace(/^["'`]|["'`]$/g, '');
  return words.some(mixesLikeToken) || looksLikeToken(alone) || /^(?!.*\/\/)[^\s.:]{10,}$/.test(text.trim());
}

/**
 * What `looksLikeToken` tells, for places where a name may stand as well: upper and lower case and digits mixed, as in
 * the tokens of Plex and hardly in a host, a folder or a library.
 */
export function mixesLikeToken(word: string): boolean {
  return (
    looksLikeToken(word) && (word.startsWith('eyJ') || (word.length >= 18 && /[a-z]/.test(word) && /[A-Z]/.test(word)))
  );
}
