import { nearest } from '../core/text/nearest.ts';

/** The hint for an unknown name. */
export function didYouMean(typed: string, known: readonly string[]): string {
  const meant = nearest(typed, known);
  return meant === undefined
    ? 'plexsync config show lists all there are; see also man plexsync-config.'
    : `Did you mean ${meant}?`;
}
