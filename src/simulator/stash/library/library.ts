import { createHash } from 'node:crypto';
import type { StashRules } from './release.ts';
import type { NewFile, NewScene, Related, RelatedKind, Scene, SceneFile, ScenePatch } from './scene.ts';

export type StashLibrary = ReturnType<typeof createStashLibrary>;

const TEXTS = ['title', 'code', 'details', 'director'] as const;
const FULL_DATE = /^\d{4}-\d{2}-\d{2}$/;
const PARTIAL_DATE = /^\d{4}(?:-\d{2}(?:-\d{2})?)?$/;

/**
 * Stores scenes, files and related objects. Throws for an unknown scene or name, or a date that Stash would refuse:
 * that is a bug in the test.
 */
export function createStashLibrary(rules: StashRules) {
  const scenes = new Map<number, Scene>();
  const related: Record<RelatedKind, Map<number, Related>> = {
    tag: new Map(),
    performer: new Map(),
    studio: new Map(),
    group: new Map(),
  };
  const byName: Record<RelatedKind, Map<string, Related>> = {
    tag: new Map(),
    performer: new Map(),
    studio: new Map(),
    group: new Map(),
  };
  let lastSceneId = 0;
  let lastRelatedId = 0;
  let lastFileId = 0;

  function mustHave(id: number): Scene {
    const scene = scenes.get(id);
    if (!scene) throw new Error(`the simulated Stash has no scene ${id}`);
    return scene;
  }

  function mustHaveRelated(kind: RelatedKind, name: string): Related {
    const row = byName[kind].get(name);
    if (!row) throw new Error(`the simulated Stash has no ${kind} "${name}"`);
    return row;
  }

  function addRelated(kind: RelatedKind, fields: Partial<Related> & { name: string }): Related {
    if (byName[kind].has(fields.name)) throw new Error(`the simulated Stash already has a ${kind} "${fields.name}"`);
    lastRelatedId += 1;
    const at = rules.timeText();
    const row: Related = {
      disambiguation: null,
      gender: null,
      parent: null,
      image: undefined,
      createdAt: at,
      updatedAt: at,
      ...fields,
      id: lastRelatedId,
      kind,
    };
    related[kind].set(row.id, row);
    byName[kind].set(row.name, row);
    return row;
  }

  const named = (kind: RelatedKind, name: string): Related => byName[kind].get(name) ?? addRelated(kind, { name });

  /** Each name once, in Stash's order: performers and groups by id, tags by name (stash.md 6). */
  function namedAll(kind: RelatedKind, names: readonly string[]): Related[] {
    const rows = [...new Set(names.map((name) => named(kind, name)))];
    return rows.sort((one, other) => (kind === 'tag' ? compareText(one.name, other.name) : one.id - other.id));
  }

  function newFile(input: string | NewFile): SceneFile {
    const file = typeof input === 'string' ? { path: input } : input;
    if (!file.path.startsWith('/')) throw new Error(`a file's path is absolute in Stash: ${file.path}`);
    lastFileId += 1;
    const at = rules.timeText();
    return {
      id: lastFileId,
      path: file.path,
      size: file.size ?? 1_000_000,
      duration: file.duration ?? 1800,
      modTime: at,
      createdAt: at,
      updatedAt: at,
      oshash: file.oshash ?? createHash('sha1').update(file.path).digest('hex').slice(0, 16),
      phash: file.phash,
    };
  }

  function checkedDate(date: string | null): string | null {
    if (date === null || date === '') return null;
    const isLegal = (rules.minor >= 30 ? PARTIAL_DATE : FULL_DATE).test(date);
    if (!isLegal) throw new Error(`v0.${rules.minor} refuses the date "${date}"`);
    return date;
  }

  /** Sets what `patch` names, without touching `updatedAt`. */
  function apply(scene: Scene, patch: ScenePatch): void {
    for (const field of TEXTS) {
      const value = patch[field];
      if (value !== undefined) scene[field] = value !== null && rules.minor >= 30 ? value.trim() : value;
    }
    if (patch.date !== undefined) scene.date = checkedDate(patch.date);
    if (patch.rating100 !== undefined) scene.rating100 = patch.rating100;
    scene.organized = patch.organized ?? scene.organized;
    if (patch.cover !== undefined) scene.cover = patch.cover ?? undefined;
    applyLists(scene, patch);
  }

  function applyLists(scene: Scene, { urls, stashIds, studio, performers, tags, groups }: ScenePatch): void {
    if (urls) scene.urls = [...urls];
    if (stashIds) scene.stashIds = stashIds.map((stashId) => ({ ...stashId }));
    if (studio !== undefined) scene.studio = studio === null ? null : named('studio', studio);
    if (performers) scene.performers = namedAll('performer', performers);
    if (tags) scene.tags = namedAll('tag', tags);
    if (groups) scene.groups = namedAll('group', groups).map((group) => ({ group, index: null }));
  }

  function add(input: NewScene): Scene {
    const id = input.id ?? lastSceneId + 1;
    if (scenes.has(id)) throw new Error(`the simulated Stash already has a scene ${id}`);
    lastSceneId = Math.max(lastSceneId, id);
    const createdAt = rules.timeText(input.createdAt);
    const scene: Scene = {
      id,
      title: null,
      code: null,
      details: null,
      director: null,
      urls: [],
      date: null,
      rating100: null,
      organized: false,
      oCounter: 0,
      studio: null,
      performers: [],
      tags: [],
      groups: [],
      files: (input.files ?? []).map(newFile),
      stashIds: [],
      cover: undefined,
      createdAt,
      updatedAt: input.updatedAt === undefined ? createdAt : rules.timeText(input.updatedAt),
    };
    if (scene.files.length === 0 && !input.title) throw new Error('Stash wants a title for a scene without a file');
    apply(scene, input);
    scenes.set(id, scene);
    return scene;
  }

  /** Removes a tag, performer, studio or group from every scene, without updating any scene (stash.md 3). */
  function removeRelated(kind: RelatedKind, name: string): void {
    const row = mustHaveRelated(kind, name);
    related[kind].delete(row.id);
    byName[kind].delete(name);
    for (const scene of scenes.values()) {
      scene.tags = scene.tags.filter((tag) => tag !== row);
      scene.performers = scene.performers.filter((performer) => performer !== row);
      scene.groups = scene.groups.filter(({ group }) => group !== row);
      if (scene.studio === row) scene.studio = null;
    }
  }

  return {
    scenes,
    related,
    mustHave,
    mustHaveRelated,
    addRelated,
    named,
    apply,
    add,
    edit(id: number, patch: ScenePatch): Scene {
      const scene = mustHave(id);
      apply(scene, patch);
      // Even if nothing changed (stash.md 3).
      scene.updatedAt = rules.timeText();
      return scene;
    },
    remove(id: number): Scene {
      const scene = mustHave(id);
      scenes.delete(id);
      return scene;
    },
    /**
     * The destination gets the sources' files, and those scenes are removed. No hook reports either change (stash.md
     * 3).
     */
    merge(sources: readonly number[], destination: number): void {
      const target = mustHave(destination);
      for (const id of sources) {
        target.files.push(...mustHave(id).files);
        scenes.delete(id);
      }
      target.updatedAt = rules.timeText();
    },
    removeRelated,
    rename(kind: RelatedKind, from: string, to: string): void {
      const row = mustHaveRelated(kind, from);
      if (byName[kind].has(to)) throw new Error(`the simulated Stash already has a ${kind} "${to}"`);
      byName[kind].delete(from);
      byName[kind].set(to, row);
      row.name = to;
      row.updatedAt = rules.timeText();
      if (kind !== 'tag') return;
      for (const { tags } of scenes.values()) {
        if (tags.includes(row)) tags.sort((one, other) => compareText(one.name, other.name));
      }
    },
    /** Gives the scenes of the sources the destination, without updating any of them (stash.md 3). */
    mergeTags(sources: readonly string[], destination: string): void {
      const target = named('tag', destination);
      for (const name of sources) {
        const row = mustHaveRelated('tag', name);
        for (const scene of scenes.values())
          if (scene.tags.includes(row))
            scene.tags = namedAll('tag', [...scene.tags.map((tag) => tag.name), target.name]);
        removeRelated('tag', name);
      }
    },
    /** Moves the primary file, as a scan notices it: the file counts as updated, its scene does not (stash.md 3). */
    moveFile(id: number, path: string): void {
      const file = mustHave(id).files[0];
      if (!file) throw new Error(`scene ${id} has no file`);
      file.path = path;
      file.updatedAt = rules.timeText();
    },
    /** Nothing counts as updated (stash.md 3). */
    moveFolder(from: string, to: string): void {
      for (const { files } of scenes.values()) {
        for (const file of files) if (file.path.startsWith(`${from}/`)) file.path = to + file.path.slice(from.length);
      }
    },
  };
}

function compareText(one: string, other: string): number {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  return a < b ? -1 : a > b ? 1 : 0;
}
