import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isInRange, SUPPORTED_NODE } from '../../../src/commands/doctor/node-range.ts';

test('the range is the one of package.json', () => {
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } };
  assert.equal(SUPPORTED_NODE, engines.node);
});

for (const [version, expected] of [
  ['20.19.0', false],
  ['22.13.1', false],
  ['22.14.0', true],
  ['22.99.3', true],
  ['23.0.0', false],
  ['24.0.0', true],
  ['26.1.0', true],
] as const) {
  test(`Node ${version} is ${expected ? '' : 'not '}supported`, () => {
    assert.equal(isInRange(version, SUPPORTED_NODE), expected);
  });
}
