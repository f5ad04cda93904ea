import type { StashLibrary } from '../library/library.ts';
import type { Related, RelatedKind, Scene } from '../library/scene.ts';
import type { Filter } from './filters.ts';
import { relatedTest, sceneTest } from './filters.ts';
import type { Links } from './objects.ts';
import { relatedObject, sceneObject } from './objects.ts';
import type { FindFilter } from './paging.ts';
import { pageOfRelated, pageOfScenes } from './paging.ts';

type FindScenes = {
  scene_filter?: Filter | null;
  scene_ids?: readonly number[] | null;
  ids?: readonly string[] | null;
  filter?: FindFilter | null;
};

/** What the root fields of a query read. */
export type RootOptions = {
  library: StashLibrary;
  links: Links;
  /** The server's own version name, e.g. `v0.30.1`. */
  versionText: string;
  status: 'OK' | 'SETUP' | 'NEEDS_MIGRATION';
  pluginSettings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};

/** The resolvers of the root fields, for one request. */
export function rootOf({ library, links, versionText, status, pluginSettings }: RootOptions) {
  function findScenes({ scene_filter: sceneFilter, scene_ids: sceneIds, ids, filter }: FindScenes) {
    const asked = ids?.length ? ids.map(idNumber) : sceneIds?.length ? sceneIds : undefined;
    const found = asked ? asked.map(mustFind) : matching(sceneFilter, filter);
    // With ids Stash ignores filter and paging (stash.md 5.1).
    const page = asked ? found : pageOfScenes([...found], filter ?? {});
    const files = (): Scene['files'] => found.flatMap((scene) => scene.files);
    return {
      count: found.length,
      duration: () => files().reduce((sum, { duration }) => sum + duration, 0),
      filesize: () => files().reduce((sum, { size }) => sum + size, 0),
      scenes: () => page.map((scene) => sceneObject(scene, links)),
    };
  }

  /** A missing id fails the whole query (stash.md 5.1). */
  function mustFind(id: number): Scene {
    const scene = library.scenes.get(id);
    if (!scene) throw new Error(`scene with id ${id} not found`);
    return scene;
  }

  function matching(sceneFilter: Filter | null | undefined, filter: FindFilter | null | undefined): Scene[] {
    const test = sceneTest(sceneFilter);
    const words = (filter?.q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
    return [...library.scenes.values()].filter((scene) => test(scene) && mentions(scene, words));
  }

  function findRelated(kind: RelatedKind, own: Filter | null | undefined, filter: FindFilter | null | undefined) {
    const rows: Related[] = [...library.related[kind].values()].filter(relatedTest(own));
    return {
      count: rows.length,
      [`${kind}s`]: pageOfRelated(rows, filter ?? {}).map((row) => relatedObject(row, links)),
    };
  }

  return {
    version: { version: versionText, hash: 'simulated', build_time: '2026-01-01 00:00:00' },
    systemStatus: {
      databaseSchema: 75,
      databasePath: '/root/.stash/stash-go.sqlite',
      configPath: '/root/.stash/config.yml',
      appSchema: 75,
      status,
    },
    configuration: {
      general: { apiKey: links.apiKey ?? '', username: links.apiKey === undefined ? '' : 'keeper' },
      plugins: ({ include }: { include?: readonly string[] | null }) =>
        Object.fromEntries(Object.entries(pluginSettings).filter(([id]) => !include || include.includes(id))),
    },
    findScene({ id }: { id?: string | null }) {
      if (id === undefined || id === null) return null;
      const scene = library.scenes.get(idNumber(id));
      return scene ? sceneObject(scene, links) : null;
    },
    findScenes,
    findTags: (args: { tag_filter?: Filter; filter?: FindFilter }) => findRelated('tag', args.tag_filter, args.filter),
    findPerformers: (args: { performer_filter?: Filter; filter?: FindFilter }) =>
      findRelated('performer', args.performer_filter, args.filter),
    findStudios: (args: { studio_filter?: Filter; filter?: FindFilter }) =>
      findRelated('studio', args.studio_filter, args.filter),
    findGroups: (args: { group_filter?: Filter; filter?: FindFilter }) =>
      findRelated('group', args.group_filter, args.filter),
  };
}

function idNumber(id: string): number {
  if (!/^[+-]?\d+$/.test(id)) throw new Error(`strconv.Atoi: parsing ${JSON.stringify(id)}: invalid syntax`);
  return Number(id);
}

function mentions({ title, details, files }: Scene, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = [title, details, ...files.map(({ path }) => path)].join('\n').toLowerCase();
  return words.every((word) => text.includes(word));
}
