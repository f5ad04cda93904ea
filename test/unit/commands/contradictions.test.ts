/** Which options of process go together, two by two. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuseContradictions } from '../../../src/commands/process/contradictions.ts';
import { UsageError } from '../../../src/core/model/errors.ts';

type Given = Parameters<typeof refuseContradictions>[0];

const NOTHING: Given = {
  ...{ statsOnly: false, limit: undefined, scenes: [], maxTime: undefined, audience: 'person', repeat: 'once' },
  ...{ mode: 'write', parallel: false, adoptServer: false, removals: 'counted', html: undefined, names: 'shown' },
  json: false,
};

const GIVEN: Readonly<Record<string, Partial<Given>>> = {
  '--stats-only': { statsOnly: true },
  '--watch': { repeat: 'watch' },
  '--cron': { audience: 'cron' },
  '--dry-run': { mode: 'preview' },
  '--html': { html: 'changes.html' },
  '--redact': { names: 'masked' },
  '--scene': { scenes: ['1'] },
  '--limit': { limit: '1' },
  '--max-time': { maxTime: '1m' },
  '--parallel': { parallel: true },
  '--adopt-server': { adoptServer: true },
  '--allow-removals': { removals: 'allowed' },
  '--json': { json: true },
};

/** For each option those further down that it does not go with. */
const APART: Readonly<Record<string, readonly string[]>> = {
  '--stats-only': Object.keys(GIVEN).filter((name) => !['--stats-only', '--json'].includes(name)),
  '--watch': ['--cron', '--dry-run', '--html', '--redact', '--scene', '--limit', '--max-time'],
  '--cron': ['--dry-run', '--adopt-server', '--json'],
  '--parallel': ['--adopt-server'],
};

function refusal(given: Partial<Given>): string | undefined {
  try {
    refuseContradictions({ ...NOTHING, ...given });
    return undefined;
  } catch (thrown) {
    assert.ok(thrown instanceof UsageError);
    return thrown.message;
  }
}

test('two options are refused where they contradict each other, and both are named', () => {
  const names = Object.keys(GIVEN);
  const pairs = names.flatMap((one, at) => names.slice(at + 1).map((two) => [one, two] as const));
  for (const [one, two] of pairs) {
    const message = refusal({ ...GIVEN[one], ...GIVEN[two] });
    const pair = `${one} ${two}`;
    // A page is refused without a dry run too, in other words.
    const isApart = message?.includes('goes with no') ?? false;
    assert.equal(isApart, APART[one]?.includes(two) ?? false, pair);
    if (isApart) assert.ok(message?.includes(one) && message.includes(two), `${pair}: ${message}`);
  }
});

test('a page needs a dry run, and --redact a page', () => {
  const page = { html: 'changes.html' };
  assert.equal(refusal(page), '--html shows what would change, and goes with --dry-run.');
  assert.equal(refusal({ names: 'masked' }), '--redact masks names on a page, and goes with --html.');
  assert.equal(refusal({ ...page, mode: 'preview', names: 'masked' }), undefined);
  assert.match(refusal({ ...page, mode: 'preview', statsOnly: true }) ?? '', /goes with no --dry-run/);
});
