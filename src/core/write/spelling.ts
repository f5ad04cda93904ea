import { foldName } from '../text/text.ts';

/** How names that were to be added appear in a list now. */
export type Spellings = {
  /** Added name → how Plex spells it. */
  readonly spelling: ReadonlyMap<string, string>;
  /** Added names that do not appear in the list. */
  readonly missing: readonly string[];
};

/**
 * Finds added names in a list as it is now. A name that nobody sent and that was not there before is Plex's own form of
 * a name that it did not keep as sent.
 */
export function findAdded(
  edit: { readonly before: readonly string[]; readonly add: readonly string[] },
  present: readonly string[],
): Spellings {
  const now = new Map(present.map((name) => [foldName(name), name]));
  const expected = new Set([...edit.before, ...edit.add].map(foldName));
  const strangers = [...now].filter(([key]) => !expected.has(key)).map(([, name]) => name);
  const spelling = new Map<string, string>();
  const missing: string[] = [];
  for (const name of edit.add) {
    const kept = now.get(foldName(name)) ?? strangers.shift();
    if (kept === undefined) missing.push(name);
    else spelling.set(name, kept);
  }
  return { spelling, missing };
}
