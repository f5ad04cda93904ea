import { basename, extname } from 'node:path/posix';
import type { Related, Scene, SceneFile } from '../library/scene.ts';

/** The parts from which links in an answer are built. */
export type Links = { baseUrl: string; apiKey: string | undefined };

/** A scene in the schema's type; references to other objects are functions, so that only selected ones are built. */
export function sceneObject(scene: Scene, links: Links) {
  return {
    id: String(scene.id),
    title: scene.title,
    code: scene.code,
    details: scene.details,
    director: scene.director,
    url: scene.urls[0] ?? null,
    urls: scene.urls,
    date: scene.date,
    rating100: scene.rating100,
    organized: scene.organized,
    o_counter: scene.oCounter,
    interactive: false,
    created_at: scene.createdAt,
    updated_at: scene.updatedAt,
    last_played_at: null,
    resume_time: 0,
    play_duration: 0,
    play_count: 0,
    play_history: [],
    o_history: [],
    custom_fields: {},
    files: () => scene.files.map(fileObject),
    paths: () => pathsObject(scene, links),
    studio: () => scene.studio && relatedObject(scene.studio, links),
    groups: () => scene.groups.map(({ group, index }) => ({ group: relatedObject(group, links), scene_index: index })),
    movies: () => scene.groups.map(({ group, index }) => ({ movie: relatedObject(group, links), scene_index: index })),
    tags: () => scene.tags.map((tag) => relatedObject(tag, links)),
    performers: () => scene.performers.map((performer) => relatedObject(performer, links)),
    stash_ids: () => scene.stashIds.map((stashId) => ({ ...stashId, updated_at: scene.updatedAt })),
  };
}

/** A tag, performer, studio or group with the fields of all four; the schema exposes the right ones for each. */
export function relatedObject(row: Related, links: Links): Record<string, unknown> {
  return {
    id: String(row.id),
    name: row.name,
    disambiguation: row.disambiguation,
    gender: row.gender,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
    image_path: imageUrl(row, links),
    urls: [],
    aliases: [],
    alias_list: [],
    favorite: false,
    custom_fields: {},
    parents: [],
    children: [],
    child_studios: [],
    parent_studio: () => row.parent && relatedObject(row.parent, links),
  };
}

function fileObject(file: SceneFile) {
  const fingerprints = [
    { type: 'oshash', value: file.oshash },
    ...(file.phash === undefined ? [] : [{ type: 'phash', value: file.phash }]),
  ];
  return {
    id: String(file.id),
    path: file.path,
    basename: basename(file.path),
    mod_time: file.modTime,
    size: file.size,
    fingerprints,
    fingerprint: ({ type }: { type: string }) => fingerprints.find((one) => one.type === type)?.value ?? null,
    format: extname(file.path).slice(1),
    width: 1920,
    height: 1080,
    duration: file.duration,
    video_codec: 'h264',
    audio_codec: 'aac',
    frame_rate: 25,
    bit_rate: 4_000_000,
    created_at: file.createdAt,
    updated_at: file.updatedAt,
  };
}

/** A scene without a file has paths, too. Only the stream's link contains the key (stash.md 6). */
function pathsObject({ id, updatedAt }: Scene, { baseUrl, apiKey }: Links) {
  const scene = `${baseUrl}/scene/${id}`;
  return {
    screenshot: `${scene}/screenshot?t=${unixSeconds(updatedAt)}`,
    preview: `${scene}/preview`,
    stream: `${scene}/stream${apiKey === undefined ? '' : `?apikey=${encodeURIComponent(apiKey)}`}`,
  };
}

function imageUrl({ kind, id, updatedAt, image }: Related, { baseUrl }: Links): string {
  return `${baseUrl}/${kind}/${id}/image?t=${unixSeconds(updatedAt)}${image ? '' : '&default=true'}`;
}

function unixSeconds(time: string): number {
  return Math.floor(Date.parse(time) / 1000);
}
