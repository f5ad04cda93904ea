import assert from 'node:assert/strict';
import { test } from 'node:test';
import { webAddress, withoutQuery } from '../../../src/core/text/without-query.ts';

test('an address of the web loses whatever may hold a key', () => {
  assert.equal(
    withoutQuery('http://ada:pass@stash:9999/scene/7/screenshot?t=1&X=lantern#x'),
    'http://stash:9999/scene/7/screenshot',
  );
  assert.equal(withoutQuery('HTTPS://stash'), 'https://stash/');
});

test('what is no address of the web stays as it was, and is no link', () => {
  for (const text of ['/films/pier.jpg?x', 'C:\\films\\pier.jpg', 'pier', 'javascript:alert(1)', 'file:///a?b', '']) {
    assert.equal(withoutQuery(text), text);
    assert.equal(webAddress(text), undefined);
  }
});
