/** A drain that writes pictures: scenes of a simulated Stash with covers, and their items in Plex. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { DrainOptions } from '../../src/core/drain/ports/drain-options.ts';
import type { PictureRecord, PictureRules } from '../../src/core/model/picture.ts';
import type { WriteRules } from '../../src/core/write/desired-state.ts';
import type { PlexServerOptions } from '../../src/simulator/plex/server.ts';
import type { StashServer } from '../../src/simulator/stash/server.ts';
import { RULES } from '../unit/write/plex-model.ts';
import type { DrainRun, DrainWorld, Other } from './drain-world.ts';
import { addItems, bare, fileOf, setup } from './drain-world.ts';
import { picture, sha1 } from './pictures.ts';

export type Requests = { look: number; lists: number; uploads: number; selects: number; edits: number };

export const NO_REQUESTS: Requests = { look: 0, lists: 0, uploads: 0, selects: 0, edits: 0 };

export type PictureWorld = DrainWorld & {
  readonly server: StashServer;
  /** One drain that writes pictures; the counts of requests begin anew with it. */
  drain(
    options?: Partial<DrainOptions> & { readonly pictures?: Partial<PictureRules> },
    other?: Other,
  ): Promise<DrainRun>;
  /** The requests for pictures, and the edits, since the last drain began. */
  requests(): Requests;
  /** Asks for whatever Stash has of scene 1, some time later. */
  again(): void;
  /** What is known of a picture of scene 1. */
  known(field?: 'thumb' | 'art'): PictureRecord | undefined;
};

export const COVER = picture('a harbour');
export const OTHER_COVER = picture('a harbour at night');

export function upload(bytes: Buffer): string {
  return `upload://posters/${sha1(bytes)}`;
}

export function art(bytes: Buffer): string {
  return `upload://art/${sha1(bytes)}`;
}

/** The rules of a run that writes posters and backgrounds. */
export function writing(pictures: Partial<PictureRules> = {}, rest: Partial<WriteRules> = {}): WriteRules {
  const all = { poster: 'write', background: 'leave', takeover: 'unlocked', overlay: 'respect' } as const;
  return { ...RULES, pictures: { ...all, ...pictures }, ...rest };
}

/** Scene 1 with a cover and its item 101, asked for. */
export async function setupPictures(
  t: Pick<TestContext, 'after'>,
  options: Partial<PlexServerOptions> = {},
): Promise<PictureWorld> {
  const world = await setup(t, options);
  const { plex, enqueue, clock } = world;
  const server = await world.stash();
  addItems(plex, 1);
  addScene(server, COVER);
  enqueue(bare(1));
  return {
    ...world,
    server,
    drain: async ({ pictures, ...drainOptions } = {}, other = {}) => {
      plex.resetRequests();
      server.resetRequests();
      return await world.run({ rules: writing(pictures), ...drainOptions }, other);
    },
    requests: () => ({
      look: server.count('screenshot'),
      lists: plex.requests.filter(({ method, route }) => method === 'GET' && isGallery(route)).length,
      uploads: plex.requests.filter(({ method, route }) => method === 'POST' && isGallery(route)).length,
      selects: plex.requests.filter(({ method, route }) => method === 'PUT' && route === 'poster-select').length,
      edits: plex.count('edit'),
    }),
    again: () => {
      clock.now += 60_000;
      enqueue(bare(1));
    },
    known: (field = 'thumb') => {
      const [row] = world.world.sql('SELECT pictures FROM scenes WHERE scene_id = 1');
      const all: unknown = JSON.parse(String(row?.['pictures'] ?? '{}'));
      return (all as Record<string, PictureRecord>)[field];
    },
  };
}

export function addScene(server: StashServer, cover: Buffer | undefined): number {
  const id = server.addScene({
    ...{ title: 'Lighthouse', details: 'It blinks.' },
    files: [{ path: fileOf(1), size: 1_001 }],
    ...(cover === undefined ? {} : { cover }),
  });
  assert.ok(id > 0);
  return id;
}

function isGallery(route: string): boolean {
  return route === 'posters' || route === 'arts';
}
