import { looksLikeToken } from '../core/text/token-like.ts';

const HIDDEN = '(what looks like a token)';

/** A message without those words of the command line that look like a token, also where one follows a `=`. */
export function hideTokens(text: string, argv: readonly string[]): string {
  const words = argv
    .flatMap((word) => [word, word.replace(/^[^=]*=/, '')])
    .map((word) => word.replace(/^["']|["']$/g, ''));
  const tokens = [...new Set(words)].filter(looksLikeToken).toSorted((a, b) => b.length - a.length);
  return tokens.reduce((shown, token) => {
    const literal = token.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
    // As a part of a path it is a name.
    return shown.replace(new RegExp(`(?<![\\w/\\\\.-])${literal}(?![\\w/\\\\.-]*[/\\\\])`, 'g'), HIDDEN);
  }, text);
}
