/** Short options in one word, of which some are of the program and some of the command. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shortsApart } from '../../../src/command-line/options-first.ts';

const apart = (line: string): string => shortsApart(line.split(' ')).join(' ');

test('short options in one word are read apart, the last one with its value', () => {
  assert.equal(apart('process -sq'), 'process -s -q');
  assert.equal(apart('undo -yqv --run 1'), 'undo -y -q -v --run 1');
  assert.equal(apart('process -sqd /data'), 'process -s -q -d /data');
  assert.equal(apart('-vq stats'), '-v -q stats');
  assert.equal(apart('process -qV'), 'process -q -V');
});

test('a word that is no such group stays as it is', () => {
  for (const line of [
    ...['process -s -q', 'process -sx', 'process -d/data', 'process -dsq', 'enqueue -- -sq', 'enqueue 1 --title -sq'],
    ...['enqueue 1 -d -sq', 'process --sq', 'enqueue 1 --limit -15', 'enqueue 1 -q --title -qv'],
  ])
    assert.equal(apart(line), line);
});
