/** Shows an item when no address of the server is known: Plex's own site finds the server by its id. */
const PLEX_SITE = 'https://app.plex.tv/desktop';

/** The page of an item in Plex's web app. */
export function plexLink(
  item: { readonly machineIdentifier: string; readonly ratingKey: string },
  plexUrl: string | undefined,
): string {
  const key = encodeURIComponent(`/library/metadata/${item.ratingKey}`);
  return `${plexUrl ?? PLEX_SITE}/#!/server/${encodeURIComponent(item.machineIdentifier)}/details?key=${key}`;
}
