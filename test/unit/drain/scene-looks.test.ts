/** A query for many scenes that fails whole: whose fault it is, and what finding that out costs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DrainStash } from '../../../src/core/drain/ports/ports.ts';
import { lookAtScenes } from '../../../src/core/drain/servers/scene-looks.ts';
import type { SyncErrorCode } from '../../../src/core/model/errors.ts';
import { SyncError } from '../../../src/core/model/errors.ts';
import { say } from '../../../src/core/text/sentence.ts';

type Trouble = { readonly code: SyncErrorCode; readonly retryAfterMs?: number };

/** A Stash that fails each query in which a poisoned scene is; it has no scene. */
function stashWith(poisoned: readonly number[], { code, retryAfterMs }: Trouble) {
  let requests = 0;
  const scenes: DrainStash['scenes'] = async (ids) => {
    requests += 1;
    if (ids.some((id) => poisoned.includes(id))) throw new SyncError(code, say`It failed`, { retryAfterMs });
    return await Promise.resolve(new Map(ids.map((id) => [id, { kind: 'gone' }])));
  };
  return { stash: { scenes }, requests: () => requests };
}

const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
const ONE_SCENES = ['stash_error', 'stash_malformed', 'stash_rejected'] as const;

test('one poisoned scene of a hundred fails alone, in at most 14 requests more', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 100 }), fc.constantFrom(...ONE_SCENES), async (poisoned, code) => {
      const { stash, requests } = stashWith([poisoned], { code });
      const { looks, isAlive, trouble } = await lookAtScenes(hundred, stash);
      const failed = [...looks].flatMap(([id, look]) => (look.kind === 'failed' ? [[id, look.error.code]] : []));
      // A query that fits for all others and not for this one costs this one its attempt.
      assert.deepEqual(failed, [[poisoned, code === 'stash_malformed' ? code : 'stash_error']]);
      assert.deepEqual([looks.size, isAlive, trouble?.left], [100, true, []]);
      assert.ok(requests() <= 15, `${requests()} requests`);
    }),
  );
});

test('whatever is poisoned, each scene is answered for or left once, and the requests are bounded', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 100 }),
      fc.uniqueArray(fc.integer({ min: 1, max: 100 })),
      async (count, poisoned) => {
        const ids = hundred.slice(0, count);
        const { stash, requests } = stashWith(poisoned, { code: 'stash_error' });
        const { looks, trouble } = await lookAtScenes(ids, stash);
        assert.deepEqual(
          [...looks.keys(), ...(trouble?.left ?? [])].toSorted((a, b) => a - b),
          ids,
        );
        for (const [id, { kind }] of looks) assert.equal(kind, poisoned.includes(id) ? 'failed' : 'gone');
        assert.ok(requests() <= 1 + 4 * Math.ceil(Math.log2(count)), `${requests()} requests`);
      },
    ),
  );
});

test('a Stash that answers for none is left alone after two single scenes', async () => {
  const { stash, requests } = stashWith(hundred, { code: 'stash_error' });
  const { looks, isAlive, trouble } = await lookAtScenes(hundred, stash);
  assert.deepEqual([looks.size, isAlive, trouble?.left.length], [2, false, 98]);
  assert.equal(requests(), 9);
});

test('where no query fits at all, no scene pays for it', async () => {
  const { stash } = stashWith(hundred, { code: 'stash_rejected' });
  assert.deepEqual((await lookAtScenes(hundred, stash)).looks.size, 0);
  const lone = await lookAtScenes([7], stashWith([7], { code: 'stash_rejected' }).stash);
  assert.deepEqual([lone.looks.size, lone.trouble?.left], [0, [7]]);
});

test('silence, a refused key and a request for patience are nobody’s fault', async () => {
  const troubles: readonly Trouble[] = [
    { code: 'stash_unavailable' },
    { code: 'stash_unauthorized' },
    { code: 'stash_busy' },
    { code: 'stash_error', retryAfterMs: 90_000 },
  ];
  for (const trouble of troubles) {
    const { stash, requests } = stashWith([1], trouble);
    const looked = await lookAtScenes(hundred, stash);
    assert.deepEqual([looked.looks.size, looked.trouble?.left.length, requests()], [0, 100, 1], trouble.code);
  }
});
