import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bindingOf, isProven, meetServer, otherServerWords } from '../../../src/core/match/plex-server.ts';
import type { Section } from '../../../src/core/model/plex-item.ts';

const WEEK_MS = 7 * 86_400_000;
const NAMED_AT = 1_790_000_000_000;
const ADDRESS = 'http://plex.example';
const bound = { machineIdentifier: 'machine-1' };

const section = (key: string, uuid: string | undefined): Section => ({
  ...{ key, uuid, title: `Harbours ${key}`, type: 'movie' },
  ...{ folders: [], serverFolders: [] },
});

test('a server is ours by its name alone, the first one is to be bound, and any other one is told with both names', () => {
  const met = { machineIdentifier: 'machine-2', version: '1.43.1' };
  assert.deepEqual(meetServer(bound, { machineIdentifier: 'machine-1' }), { kind: 'ours' });
  assert.deepEqual(meetServer(undefined, met), { kind: 'first' });
  const other = meetServer(bound, met);
  assert.ok(other.kind === 'other');
  assert.match(otherServerWords(other), /belongs to the Plex server machine-1, but plex_url leads to machine-2$/);
});

test('libraries prove a server for a week after it named itself, at the address where it did, by any known uuid', () => {
  const before = { sections: [section('1', 'a'), section('2', undefined)], address: ADDRESS, now: NAMED_AT };
  const binding = bindingOf({ ...bound, ...{ version: '1.43.1' } }, before);
  assert.deepEqual(binding, { ...bound, sectionUuids: ['a'], address: ADDRESS, namedAt: NAMED_AT });
  const later = { ...before, sections: [section('3', 'b'), section('4', 'a')], now: NAMED_AT + WEEK_MS - 1 };
  const proven = (more: Partial<typeof later>) => isProven(binding, { ...later, ...more });
  assert.equal(proven({}), true);
  assert.equal(proven({ now: NAMED_AT + WEEK_MS }), false);
  assert.equal(proven({ now: NAMED_AT - 1 }), false, 'a clock that was set back');
  assert.equal(proven({ address: 'http://copy.example' }), false);
  assert.equal(proven({ sections: [section('1', 'another')] }), false);
  assert.equal(proven({ sections: [section('2', undefined)] }), false, 'no uuid is no proof');
  assert.equal(isProven({ ...binding, namedAt: undefined }, later), false, 'stored by an older version');
  assert.equal(isProven(undefined, later), false);
});
