import * as z from 'zod/mini';
import { SyncError, saidBy, UsageError } from '../core/model/errors.ts';
import { parseScene } from '../core/model/scene.ts';
import type { StashLook } from '../core/model/stash-scene.ts';
import type { Sentence } from '../core/text/sentence.ts';
import { foreign, say, withoutStop } from '../core/text/sentence.ts';
import { madeOnce } from '../http/made-once.ts';
import type { GraphqlError } from './envelope.ts';
import type { WalkPage } from './lists.ts';
import { toPage } from './lists.ts';

const sceneAnswer = madeOnce(() =>
  z.looseObject({
    updated_at: z.catch(z.string(), ''),
    rating100: z.catch(z.optional(z.nullable(z.number())), undefined),
    paths: z.catch(z.nullish(z.object({ screenshot: z.nullish(z.string()) })), undefined),
  }),
);

/** Reads one scene's part of an answer; a part with an error counts as not read (stash.md 5). */
export function toLook(
  sceneId: number,
  part: unknown,
  { complaint, baseUrl }: { readonly complaint: GraphqlError | undefined; readonly baseUrl: string },
): StashLook {
  const failed = (code: 'stash_error' | 'stash_malformed', message: Sentence): StashLook => ({
    kind: 'failed',
    // A failure of a resolver is the request's; a scene with impossible values was answered.
    error: new SyncError(code, message, code === 'stash_error' ? { request: 'stash POST scenes' } : {}),
  });
  if (complaint !== undefined)
    return failed('stash_error', say`Stash could not read scene ${sceneId}: ${foreign(complaint.message)}`);
  if (part === null) return { kind: 'gone' };
  const parsed = z.safeParse(sceneAnswer(), part);
  if (!parsed.success) return failed('stash_malformed', say`Stash sent a damaged scene ${sceneId}`);
  // An address of its own making would be read wherever it leads.
  const { updated_at: updatedAt, rating100, paths, poster_url, background_url, ...rest } = parsed.data;
  const screenshot = paths?.screenshot ? screenshotUrl(baseUrl, sceneId, paths.screenshot) : null;
  const input = {
    ...rest,
    updated_at: updatedAt,
    paths: { screenshot },
    // Stash does not keep ratings within their range (stash.md 6).
    ...(rating100 === undefined
      ? {}
      : { rating100: rating100 === null ? null : Math.min(100, Math.max(0, rating100)) }),
  };
  try {
    const { data } = parseScene(withoutUnreadable(input), `Stash sent scene ${sceneId}`);
    return { kind: 'found', scene: { sceneId, updatedAt, data } };
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown;
    return failed('stash_malformed', withoutStop(saidBy(thrown)));
  }
}

/** By these a scene and its file are known: without them it cannot be written at all. */
const NEEDED = new Set(['id', 'scene_id', 'updated_at', 'path', 'files']);

/** A scene without the values that cannot be read, such as an impossible date: they are left alone, the rest is written. */
function withoutUnreadable(input: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const readable = (key: string, value: unknown): boolean => {
    try {
      parseScene({ scene_id: 1, [key]: value }, key);
      return true;
    } catch (thrown) {
      if (!(thrown instanceof UsageError)) throw thrown;
      return false;
    }
  };
  return Object.fromEntries(Object.entries(input).filter(([key, value]) => NEEDED.has(key) || readable(key, value)));
}

/**
 * The picture's address at the Stash URL we use. The server's own address may name a host that we cannot reach (stash.md
 * 6), so only its version is kept.
 */
function screenshotUrl(baseUrl: string, sceneId: number, told: string): string {
  const version = /[?&]t=(\d+)/.exec(told)?.[1];
  return `${baseUrl}/scene/${sceneId}/screenshot${version === undefined ? '' : `?t=${version}`}`;
}

/** Parses a page of a walk that asked for contents; a scene that cannot be read has none. */
export function toContentsPage(
  data: Readonly<Record<string, unknown>>,
  perPage: number,
  baseUrl: string,
): WalkPage | undefined {
  const parsed = z.safeParse(contents(), data['page']);
  if (!parsed.success) return undefined;
  const { count, scenes } = parsed.data;
  const rows = scenes.map(({ id, updated_at, files }) => ({ id, updated_at, files }));
  const page = toPage({ page: { count, scenes: rows } }, perPage);
  return (
    page && {
      ...page,
      scenes: page.scenes.map((scene, index) => {
        const look = toLook(scene.sceneId, scenes[index], { complaint: undefined, baseUrl });
        return look.kind === 'found' ? { ...scene, data: look.scene.data } : scene;
      }),
    }
  );
}

const contents = madeOnce(() =>
  z.object({
    count: z.optional(z.unknown()),
    scenes: z.array(z.looseObject({ id: z.unknown(), updated_at: z.unknown(), files: z.optional(z.unknown()) })),
  }),
);
