/** What was left as edited in Plex, over all scenes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LeftAlone } from '../../../../src/core/model/scene-record.ts';
import type { Db } from '../../../../src/queue/store/open.ts';
import { readLeft } from '../../../../src/queue/views/left.ts';
import { setup } from '../../../helpers/queue-world.ts';

const SCENE = `INSERT INTO scenes (scene_id, rating_key, section_key, scene_path, written, left_alone)
  VALUES (?, '1', '1', '/harbour/1.mp4', '{"fields":{},"lists":{}}', ?)`;

function setupLeft(t: Parameters<typeof setup>[0], scenes: readonly (readonly LeftAlone[] | undefined)[]): Db {
  const world = setup(t);
  world.enqueue([]);
  const db = world.stores().queueDb;
  const insert = db.prepare<[number, string | null]>(SCENE);
  for (const [index, left] of scenes.entries()) insert.run(index + 1, left === undefined ? null : JSON.stringify(left));
  return db;
}

test('the fields that were left as edited are counted, with their scenes, and no others', (t) => {
  const db = setupLeft(t, [
    [
      { field: 'title', reason: 'edited_in_plex' },
      { field: 'userRating', reason: 'rated_in_plex' },
      { field: 'tagline', reason: 'preserved' },
    ],
    [{ field: 'genre', reason: 'removed_in_plex' }],
    [
      { field: 'summary', reason: 'too_long' },
      { field: 'studio', reason: 'preserved' },
      { field: 'thumb', reason: 'locked_in_plex' },
      { field: 'art', reason: 'uploaded_in_plex' },
    ],
    undefined,
  ]);
  assert.deepEqual(readLeft(db), { fields: 3, scenes: 2 });
});

test('an empty data directory has left nothing', (t) => {
  assert.deepEqual(readLeft(setupLeft(t, [])), { fields: 0, scenes: 0 });
});

test('counting looks at the scenes of which something was left, and at no others', (t) => {
  const db = setupLeft(t, []);
  const statements: string[] = [];
  const recording = new Proxy(db, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (name === 'prepare') statements.push(String(args[0]));
        return Reflect.apply(value, target, args) as unknown;
      };
    },
  });
  readLeft(recording);
  assert.equal(statements.length, 1);
  const plan = db.prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${statements[0]}`).all();
  assert.match(
    plan.map(({ detail }) => detail).join(),
    /^SEARCH scenes USING (?:COVERING )?INDEX scenes_left \(<expr>>\?\)$/,
  );
});
