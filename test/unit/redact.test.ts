import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redactMessage, redactPath, redactScene, redactStack } from '../../src/core/redact.ts';

const mask = (text: string): string => `<${text.length}>`;

test('a path keeps its depth and the kind of its file, and nothing else', () => {
  assert.equal(redactPath('/data/North Quay/lantern.row.mp4', mask), '/<4>/<10>/<11>.mp4');
  assert.equal(redactPath('C:\\films\\a', mask), '<2>/<5>/<1>');
  assert.equal(redactPath('//nas/a.mkv', mask), '//<3>/<1>.mkv');
  assert.equal(redactPath('/a.a name of a person', mask), '/<20>');
});

test('a scene keeps its keys, sizes, dates and ratings; what names something is masked', () => {
  assert.deepEqual(
    redactScene(
      {
        path: '/a/b.mp4',
        size: 5,
        title: 'Pier',
        details: null,
        date: '2020',
        rating100: 80,
        studio: 'Quay',
        performers: ['Ada', 'Bo'],
        tags: [],
        poster_url: 'http://stash/1?apikey=x',
      },
      mask,
    ),
    {
      path: '/<1>/<1>.mp4',
      size: 5,
      title: '<4>',
      details: null,
      date: '2020',
      rating100: 80,
      studio: '<4>',
      performers: ['<3>', '<2>'],
      tags: [],
      poster_url: '<23>',
    },
  );
});

test('a message ends before the first thing in it that may come from outside', () => {
  const data = { path: '/data/North Quay/Lantern Row.mp4', title: 'Row', performers: ['Ada Quay'] };
  for (const [message, shown] of [
    ['Plex answered 400', 'Plex answered 400'],
    ['No Plex item found for filename: Lantern Row.mp4', 'No Plex item found for (hidden)'],
    ['2 candidates for Lantern Row.mp4, and none is', '2 candidates for (hidden)'],
    ['1 candidate for Other Name.mp4, and none is', '1 candidate for (hidden)'],
    ['Plex accepted the edit of "Pier" but did not keep', 'Plex accepted the edit of (hidden)'],
    ['it failed at /srv/x', 'it failed at (hidden)'],
    ['nothing of ada quay', 'nothing of (hidden)'],
  ] as const)
    assert.equal(redactMessage(message, data), shown);
});

test('a stack keeps its frames without the folders of the machine', () => {
  const stack = `Error: Lantern Row\n    at plan (file:///home/ada/x/dist/plan.js:5:1)\n    at C:\\Users\\ada\\b.js:1:2`;
  assert.equal(redactStack(stack), '    at plan (plan.js:5:1)\n    at b.js:1:2');
});
