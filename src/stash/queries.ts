import type { RelatedFilter, StashDialect } from './dialect.ts';
import { RELATED_FILTERS, SCENE_FIELDS, SERVER_SELECTION } from './dialect.ts';

/** A query with its variables, as it is sent. */
export type Query = { readonly query: string; readonly variables: Readonly<Record<string, unknown>> };

/** Where a walk by id continues. */
export type Page = { readonly afterId: number; readonly perPage: number };

/** The alias of a scene in an answer. */
export function aliasOf(sceneId: number): string {
  return `s${sceneId}`;
}

/**
 * Asks for scenes one by one in one query, because `findScenes(ids:)` fails as a whole when one is gone (stash.md 5.1).
 */
export function scenesQuery(ids: readonly number[], dialect: StashDialect): Query {
  const fields = contentFields(dialect);
  const looks = ids.map((id) => `${aliasOf(id)}: findScene(id: "${id}") { ...PlexsyncScene }`);
  const query = `query PlexsyncScenes { ${SERVER_SELECTION}\n${looks.join('\n')}\n}
fragment PlexsyncScene on Scene { ${fields} }`;
  return { query, variables: {} };
}

/** Asks how many scenes there are, without listing them (stash.md 5.2), and whether `ids` are among them. */
export function presenceQuery(ids: readonly number[]): Query {
  const looks = ids.map((id) => `${aliasOf(id)}: findScene(id: "${id}") { id }`);
  const query = `query PlexsyncPresence($none: FindFilterType) {
  all: findScenes(filter: $none) { count }
  ${looks.join('\n  ')}
}`;
  return { query, variables: { none: { per_page: 0 } } };
}

const LISTED_FIELDS = 'id updated_at files { path }';

/** What to select of a scene to see its content. */
export function contentFields({ sceneFields }: StashDialect): string {
  return sceneFields.map((name) => SCENE_FIELDS[name]).join(' ');
}

/**
 * Asks for the next scenes by id: pages in any other order shift when scenes are edited (stash.md 5.2).
 * @param updatedSince only those changed since, in the server's own time
 * @param sceneFields what to select of each
 */
export function pageQuery(page: Page, updatedSince: string | undefined, sceneFields = LISTED_FIELDS): Query {
  const scenes = {
    id: isAbove(page.afterId),
    ...(updatedSince === undefined ? {} : { updated_at: isAbove(updatedSince) }),
  };
  return {
    query: `query PlexsyncPage($page: FindFilterType, $scenes: SceneFilterType) {
  page: findScenes(filter: $page, scene_filter: $scenes) { count scenes { ${sceneFields} } }
}`,
    variables: { page: byId(page), scenes },
  };
}

/**
 * Asks for the scenes that may have a file at a path: Stash reads `%` and `_` in it as wildcards, and sees no case
 * (stash.md 5.2).
 */
export function pathQuery(path: string): Query {
  return {
    query: `query PlexsyncPath($page: FindFilterType, $scenes: SceneFilterType) {
  page: findScenes(filter: $page, scene_filter: $scenes) { count scenes { ${LISTED_FIELDS} } }
}`,
    variables: {
      page: byId({ afterId: 0, perPage: MOST_AT_PATH }),
      scenes: { path: { value: path, modifier: 'EQUALS' } },
    },
  };
}

/** More scenes than this are asked for only if the path is all wildcards. */
export const MOST_AT_PATH = 100;

/** The name of the list of scenes that changed themselves. */
export const OWN_CHANGES = 'own';

/**
 * Asks for scenes that changed themselves, and for scenes whose related objects changed: one list each, since filters
 * of both kinds joined by `OR` lose the scenes that have, say, no performers.
 */
export function changesQuery(page: Page, { since, dialect }: { since: string; dialect: StashDialect }): Query {
  const lists: readonly (RelatedFilter | typeof OWN_CHANGES)[] = [OWN_CHANGES, ...dialect.relatedFilters];
  const declared = lists.map((name) => `, $${name}: SceneFilterType`).join('');
  const selected = lists.map((name) => {
    const related = name === OWN_CHANGES ? '' : RELATED_FILTERS[name];
    return `  ${name}: findScenes(filter: $page, scene_filter: $${name}) { scenes { id updated_at ${related} } }`;
  });
  const filters = lists.map((name) => {
    const changed = { updated_at: isAbove(since) };
    return [name, { id: isAbove(page.afterId), ...(name === OWN_CHANGES ? changed : { [name]: changed }) }] as const;
  });
  return {
    query: `query PlexsyncChanges($page: FindFilterType${declared}) {\n  ${SERVER_SELECTION}\n${selected.join('\n')}\n}`,
    variables: { page: byId(page), ...Object.fromEntries(filters) },
  };
}

/** Asks for the scenes changed last, to see how this server spells times. */
export const TIME_QUERY: Query = {
  query: `query PlexsyncTime($page: FindFilterType) {
  page: findScenes(filter: $page) { scenes { id updated_at } }
}`,
  variables: { page: { page: 1, per_page: 25, sort: 'updated_at', direction: 'DESC' } },
};

function isAbove(value: number | string): object {
  return { value, modifier: 'GREATER_THAN' };
}

function byId({ perPage }: Page): object {
  return { page: 1, per_page: perPage, sort: 'id', direction: 'ASC' };
}
