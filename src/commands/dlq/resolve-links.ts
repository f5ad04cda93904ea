import { plexLink } from '../shared/plex-link.ts';
import type { Link } from './resolve-keys.ts';

/** What is known of the pages about a letter. */
export type Pages = {
  readonly sceneId: number;
  readonly stashUrl: string | undefined;
  readonly plexUrl: string | undefined;
  /** The id of the Plex server; `undefined` while none is known, and with it no page of an item. */
  readonly machineIdentifier: string | undefined;
  /** The item that the scene is pinned or was written to. */
  readonly ratingKey: string | undefined;
  /** Those of the candidates, in their order. */
  readonly candidates: readonly string[];
};

/** The pages that show what a letter is about, each with the key that opens it. */
export function linksOf({ sceneId, stashUrl, plexUrl, machineIdentifier, ...items }: Pages): readonly Link[] {
  const itemLink = (key: string, name: string, ratingKey: string): readonly Link[] =>
    machineIdentifier === undefined ? [] : [{ key, name, url: plexLink({ machineIdentifier, ratingKey }, plexUrl) }];
  return [
    ...(stashUrl === undefined ? [] : [{ key: 's', name: 'Stash', url: `${stashUrl}/scenes/${sceneId}` }]),
    ...(items.ratingKey === undefined ? [] : itemLink('p', 'Plex', items.ratingKey)),
    ...items.candidates.flatMap((ratingKey, index) => itemLink(`${index + 1}`, `candidate ${index + 1}`, ratingKey)),
  ];
}
