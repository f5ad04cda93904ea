import type { Binding, Section, ServerName } from '../model/plex-item.ts';

/** How the server that answers relates to the data directory: its own, the first one it meets, or another one. */
export type MetServer = { readonly kind: 'ours' } | { readonly kind: 'first' } | OtherServer;

export type OtherServer = { readonly kind: 'other'; readonly bound: ServerName; readonly met: ServerName };

/** Tells by its name which server answers. */
export function meetServer(bound: ServerName | undefined, met: ServerName): MetServer {
  if (bound === undefined) return { kind: 'first' };
  return bound.machineIdentifier === met.machineIdentifier ? { kind: 'ours' } : { kind: 'other', bound, met };
}

/** How long a server need not name itself again. */
const NAMED_FOR_MS = 7 * 24 * 60 * 60_000;

/** Where and when libraries were read: the address without a name and a password, and epoch ms. */
export type Contact = { readonly sections: readonly Section[]; readonly address: string; readonly now: number };

/**
 * Whether the libraries prove that this is the data directory's server, so that it need not be asked for its name. A
 * copy of a Plex database on another server has the same libraries, so they count where the server named itself lately.
 */
export function isProven(bound: Binding | undefined, { sections, address, now }: Contact): boolean {
  if (bound?.namedAt === undefined || bound.address !== address) return false;
  const isLately = now >= bound.namedAt && now < bound.namedAt + NAMED_FOR_MS;
  return isLately && sections.some(({ uuid }) => uuid !== undefined && bound.sectionUuids.includes(uuid));
}

/** What to store about a server that has named itself. */
export function bindingOf({ machineIdentifier }: ServerName, { sections, address, now }: Contact): Binding {
  return { machineIdentifier, sectionUuids: sections.flatMap(({ uuid }) => uuid ?? []), address, namedAt: now };
}

/** The sentence for another server, without its full stop. */
export function otherServerWords({ bound, met }: OtherServer): string {
  return `data directory belongs to the Plex server ${bound.machineIdentifier}, but plex_url leads to ${met.machineIdentifier}`;
}

/** What a person can do about another server. */
export const OTHER_SERVER_CURE =
  'Correct plex_url, use another --data-dir for the other server, or rebind this one with plexsync process --adopt-server, which drops its pins too.';
