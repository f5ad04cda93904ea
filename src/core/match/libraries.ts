import { UsageError } from '../model/errors.ts';
import type { Binding, Section } from '../model/plex-item.ts';
import { nearest } from '../text/nearest.ts';

/** The only section type we write: movie libraries, including "Other Videos" (plex-api.md 2.1). */
const SUPPORTED_TYPE = 'movie';

/**
 * The sections to look in: the named ones, case-insensitively, or every movie library when none is named.
 * @throws {UsageError} listing the existing libraries, and the one that a mistyped name may mean.
 */
export function chooseSections(sections: readonly Section[], names: readonly string[]): readonly Section[] {
  const supported = sections.filter(({ type }) => type === SUPPORTED_TYPE);
  const available =
    supported.length > 0
      ? `Plex has: ${supported.map(({ title }) => title).join(', ')}.`
      : 'Plex has no movie library.';
  if (names.length === 0) {
    if (supported.length > 0) return supported;
    throw new UsageError(
      'Plex has no movie library to write to.',
      'Add one in Plex (type Movies or Other Videos), then run again.',
    );
  }
  const chosen = names.flatMap((name) => {
    const named = sections.filter(({ title }) => sameTitle(title, name));
    // Plex allows two libraries with the same title: both are meant.
    const usable = named.filter(({ type }) => type === SUPPORTED_TYPE);
    if (usable.length > 0) return usable;
    const [other] = named;
    if (other === undefined) {
      const meant = nearest(
        name.trim(),
        supported.map(({ title }) => title),
      );
      const question = meant === undefined ? '' : `Did you mean "${meant}"? `;
      throw new UsageError(
        `Plex has no library "${name}".`,
        `${question}${available} Set plex_library to one of them.`,
      );
    }
    throw new UsageError(
      `Library "${other.title}" is of type ${other.type}; plexsync writes to movie libraries (Movies, Other Videos).`,
      `${available} Set plex_library to one of them.`,
    );
  });
  return [...new Set(chosen)];
}

function sameTitle(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}

/**
 * Whether the libraries prove that this is the data directory's server. Their uuids come with the list we read anyway;
 * when none is known, only `/identity` can tell.
 */
export function isKnownServer(binding: Binding, sections: readonly Section[]): boolean {
  return sections.some(({ uuid }) => uuid !== undefined && binding.sectionUuids.includes(uuid));
}

/** What to store about a server at a contact. */
export function bindingOf(machineIdentifier: string, sections: readonly Section[]): Binding {
  return { machineIdentifier, sectionUuids: sections.flatMap(({ uuid }) => uuid ?? []) };
}

/**
 * How the server relates to the data directory: its own (with an update to store, if any), the first one it meets, or
 * another one.
 */
export type MetServer =
  | { readonly kind: 'ours'; readonly binding: Binding | undefined }
  | { readonly kind: 'first'; readonly binding: Binding }
  | { readonly kind: 'other'; readonly binding: Binding; readonly bound: Binding };

/** Tells which server answers; asks for its identity only when its libraries do not tell. @throws {SyncError} */
export async function meetServer(
  bound: Binding | undefined,
  sections: readonly Section[],
  identity: () => Promise<{ readonly machineIdentifier: string }>,
): Promise<MetServer> {
  if (bound !== undefined && isKnownServer(bound, sections)) return { kind: 'ours', binding: undefined };
  const { machineIdentifier } = await identity();
  const binding = bindingOf(machineIdentifier, sections);
  if (bound === undefined) return { kind: 'first', binding };
  return bound.machineIdentifier === machineIdentifier ? { kind: 'ours', binding } : { kind: 'other', binding, bound };
}

/** The sentence for another server, without its full stop. */
export function otherServerWords(
  bound: Pick<Binding, 'machineIdentifier'>,
  met: Pick<Binding, 'machineIdentifier'>,
): string {
  return `data directory belongs to the Plex server ${bound.machineIdentifier}, but plex_url leads to ${met.machineIdentifier}`;
}
