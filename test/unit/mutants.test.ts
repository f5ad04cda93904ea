import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { isAccepted, readAccepted } from '../../scripts/mutants/accepted.ts';
import { findGuards, instrument } from '../../scripts/mutants/guards.ts';
import { reportOf, reportText } from '../../scripts/mutants/report.ts';
import type { MutantResult } from '../../scripts/mutants/try-mutant.ts';

const textsOf = (source: string, breadth: 'guards' | 'all' = 'guards'): string[] =>
  findGuards(source, breadth).map(({ text }) => text);

const inFunction = (body: string): string => `function f(a: number, b: number): number | undefined { ${body} }`;
const inLoop = (body: string): string => inFunction(`for (;;) { ${body} }`);

test('an if that returns, throws, continues or breaks is a guard, with a block or without', () => {
  assert.deepEqual(textsOf(inFunction('if (a > b) return 1; return b;')), ['if (a > b) return 1;']);
  assert.deepEqual(textsOf(inFunction('if (a > b) { log(); return 1; }')), ['if (a > b)']);
  assert.deepEqual(textsOf(inFunction("if (a > b) throw new Error('no');")), ["if (a > b) throw new Error('no');"]);
  assert.deepEqual(textsOf(inLoop('if (a) continue; if (b) { break; }')), ['if (a) continue;', 'if (b)']);
});

test('an if without else is a guard whatever it does, and one that leaves whatever its else does', () => {
  assert.deepEqual(textsOf(inFunction('if (a) log(a);')), ['if (a) log(a);']);
  assert.deepEqual(textsOf(inFunction('if (a) { log(a); log(b); }')), ['if (a)']);
  assert.deepEqual(textsOf(inFunction('if (a) return 1; else log(b);')), ['if (a) return 1;']);
});

test('a choice between two ways is none, but the if without else at its end is one', () => {
  assert.deepEqual(textsOf(inFunction('if (a) log(a); else log(b);')), []);
  assert.deepEqual(textsOf(inFunction('if (a) log(a); else if (b) log(b);')), ['if (b) log(b);']);
  assert.deepEqual(textsOf(inFunction('return a > b ? a : (b ?? (a && b));')), []);
});

test('on demand every condition is found, with the values that its mutants use', () => {
  const found = (body: string) => findGuards(inFunction(body), 'all').map(({ text, mutants }) => [text, ...mutants]);
  assert.deepEqual(found('if (a) log(a); else log(b);'), [['if (a) log(a);', 'false', 'true']]);
  assert.deepEqual(found('return a ? 1 : 2;'), [['a ? 1 : 2', 'false', 'true']]);
  assert.deepEqual(found('return a ?? b;'), [['a ?? ‹b›', 'undefined']]);
  assert.deepEqual(found('return a && b;'), [
    ['‹a› && b', 'true'],
    ['a && ‹b›', 'true'],
  ]);
  assert.deepEqual(found('return a || b;'), [
    ['‹a› || b', 'false'],
    ['a || ‹b›', 'false'],
  ]);
});

test('a guard is known by its text on one line and stands on a line, past letters of any width', () => {
  const source = "const harbour = 'Møn 🚢';\nif (\n  harbour ===\n  '⚓'\n) throw 1;\n";
  const [guard] = findGuards(source, 'guards');
  assert.ok(guard);
  assert.equal(guard.line, 3);
  assert.equal(guard.text, "if ( harbour === '⚓' ) throw 1;");
  assert.equal(source.slice(guard.start, guard.end), "harbour ===\n  '⚓'");
});

const SOURCE = `function look() {
  const boats = [1, 2, 3];
  if (boats.length > 2 && boats.some((n) => { if (n > 2) return true; return false; })) return 'æ many';
  return (boats[9] ?? boats[0]) === 1 ? 'few' : 'none';
}`;

function instrumented(breadth: 'guards' | 'all'): string {
  const guards = findGuards(SOURCE, breadth);
  return instrument(
    SOURCE,
    guards,
    guards.map((_, index) => String(index)),
  );
}

/** What `look` says where each guard says what `answer` makes of what it found. */
function look(text: string, answer: (id: string, found: unknown) => unknown): unknown {
  const body = `${text.replaceAll('globalThis.__guard', 'guard')} return look();`;
  return new Function('guard', body)(answer);
}

test('an instrumented text does what it did, and no line of it moves', () => {
  for (const breadth of ['guards', 'all'] as const) {
    const text = instrumented(breadth);
    assert.equal(
      look(text, (_, found) => found),
      'æ many',
    );
    assert.equal(text.split('\n').length, SOURCE.split('\n').length);
    assert.equal(text.split('__guard(').length - 1, findGuards(SOURCE, breadth).length);
  }
});

test('a guard that is made false has no effect, and its condition is evaluated all the same', () => {
  const found: unknown[] = [];
  const said = look(instrumented('guards'), (id, value) => {
    found.push([id, value]);
    return id === '0' ? false : value;
  });
  assert.equal(said, 'few');
  assert.deepEqual(found, [
    ['1', false],
    ['1', false],
    ['1', true],
    ['0', true],
  ]);
});

const result = (kind: MutantResult['kind'], line: number, tests: readonly string[] = []): MutantResult => ({
  kind,
  tests,
  mutant: { file: 'src/core/pier.ts', line, text: `if (boats === ${line}) return;`, name: '', triggers: [] },
});

test('a report counts by folder and lists every survivor that is not accepted', () => {
  const tests = ['1.test.ts', '2.test.ts', '3.test.ts', '4.test.ts'];
  const results = [result('killed', 1), result('survived', 2, tests), result('never_taken', 3)];
  const file = 'src/core/pier.ts';
  const accepted = [1, 3].map((line) => ({ file, guard: `if (boats === ${line}) return;`, reason: 'A shortcut.' }));
  const report = reportOf(results, accepted, 61_400);
  assert.deepEqual(report.folders, [
    { folder: 'src/core', guards: 3, killed: 1, accepted: 1, neverTaken: 0, survived: 1 },
  ]);
  assert.equal(
    reportText(report),
    `folder    guards  killed  accepted  never taken  survived
src/core       3       1         1            0         1
in all         3       1         1            0         1
Took 61 s.

src/core/pier.ts:2  if (boats === 2) return;  (survived 1.test.ts, 2.test.ts, 3.test.ts and 1 more)

Killed now, so remove it from accepted.json: src/core/pier.ts  if (boats === 1) return;
`,
  );
});

test('each accepted survivor is a guard that still stands, and has a reason', () => {
  for (const { file, guard, reason } of readAccepted()) {
    const texts = textsOf(readFileSync(file, 'utf8'), 'all');
    assert.ok(
      texts.some((text) => guard === text || guard.startsWith(`${text} → `)),
      `${file} has no ${guard}`,
    );
    assert.ok(reason.length > 0);
  }
  assert.ok(!isAccepted([], { file: 'src/core/pier.ts', text: 'if (a) return;' }));
});
