/** What is asked of which version of Stash, and what a kept answer is worth. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StashDialect } from '../../../src/stash/dialect.ts';
import { isSpokenBy, RELATED_FILTERS, readDialect, SCENE_FIELDS, toDialect } from '../../../src/stash/dialect.ts';
import { changesQuery, pageQuery, scenesQuery } from '../../../src/stash/queries.ts';

const names = (all: readonly string[]) => ({ names: all.map((name) => ({ name })) });
const SCENE = Object.keys(SCENE_FIELDS);
const RELATED = Object.keys(RELATED_FILTERS);

/** The dialect of a server with these names, and some that we do not know. */
function dialectOf(fields: readonly string[], filters: readonly string[]): StashDialect {
  const answer = {
    version: { version: 'v0.30.1', hash: 'abc1234' },
    scene: names([...fields, 'o_counter']),
    filter: names([...filters, 'oshash']),
  };
  return toDialect(answer) ?? assert.fail('the answer was not understood');
}

test('only what the server has is selected', () => {
  const old = dialectOf(
    SCENE.filter((name) => name !== 'details'),
    [],
  );
  const { query } = scenesQuery([7, 12], old);
  assert.match(query, /s7: findScene\(id: "7"\)/);
  assert.match(query, /s12: findScene\(id: "12"\)/);
  assert.doesNotMatch(query, /details/);
  assert.match(query, /rating100/);
});

test('changes of what belongs to a scene are asked for in lists of their own, where the server has them', () => {
  const page = { afterId: 40, perPage: 100 };
  const since = '2024-05-01T10:00:00';
  const newer = changesQuery(page, { since, dialect: dialectOf(SCENE, RELATED) });
  assert.deepEqual(Object.keys(newer.variables), ['page', 'own', ...RELATED]);
  assert.deepEqual(newer.variables['tags_filter'], {
    id: { value: 40, modifier: 'GREATER_THAN' },
    tags_filter: { updated_at: { value: since, modifier: 'GREATER_THAN' } },
  });
  assert.match(newer.query, /studios_filter: findScenes\(.*studio \{ updated_at \}/);
  const older = changesQuery(page, { since, dialect: dialectOf(SCENE, []) });
  assert.deepEqual(Object.keys(older.variables), ['page', 'own']);
  assert.doesNotMatch(older.query, /tags/);
});

test('a page is walked by id, and by nothing that moves', () => {
  const { variables } = pageQuery({ afterId: 0, perPage: 500 }, undefined);
  assert.deepEqual(variables, {
    page: { page: 1, per_page: 500, sort: 'id', direction: 'ASC' },
    scenes: { id: { value: 0, modifier: 'GREATER_THAN' } },
  });
});

test('a dialect survives JSON, and whatever else was kept counts as nothing', () => {
  const dialect = dialectOf(SCENE, RELATED);
  const atHome = { ...dialect, version: undefined };
  for (const each of [dialect, atHome]) assert.deepEqual(readDialect(JSON.parse(JSON.stringify(each))), each);
  for (const other of [undefined, null, 'v0.30.1', {}, { ...dialect, sceneFields: ['colour'] }]) {
    assert.equal(readDialect(other), undefined);
  }
});

test('a dialect is that of one build', () => {
  const dialect = dialectOf(SCENE, RELATED);
  assert.ok(isSpokenBy(dialect, { version: 'v0.30.1', hash: 'abc1234' }));
  assert.ok(!isSpokenBy(dialect, { version: 'v0.31.0', hash: 'abc1234' }));
  assert.ok(!isSpokenBy(dialect, { version: 'v0.30.1', hash: 'def5678' }));
  assert.ok(!isSpokenBy(dialect, undefined));
});
