/** A strict reader of Prometheus' text exposition format 0.0.4; what the format does not allow throws. */
import assert from 'node:assert/strict';

export type Family = {
  readonly type: string;
  readonly help: string;
  /** Value by the sample's labels, as JSON of sorted pairs. */
  readonly samples: Map<string, number>;
};

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*';
const VALUE = String.raw`"(?:[^"\\\n]|\\[\\"n])*"`;
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABEL}=${VALUE}(?:,${LABEL}=${VALUE})*)\\})? (\\S+)$`, 'u');
const NUMBER = /^(?:NaN|[+-]?(?:Inf|\d+(?:\.\d+)?(?:e[+-]?\d+)?))$/;

export function parseExposition(text: string): Map<string, Family> {
  if (text === '') return new Map();
  assert.ok(text.endsWith('\n'), 'the last line ends with a line feed');
  const families = new Map<string, Family>();
  let open: { name: string; help: string; family?: Family } | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    assert.doesNotMatch(line, /^\s*$|^\s|\s$|\p{Cc}/u, 'every line is one of ours');
    const help = new RegExp(`^# HELP (${NAME}) ((?:[^\\\\]|\\\\[\\\\n])*)$`, 'u').exec(line);
    const type = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary|untyped)$`).exec(line);
    if (help !== null) {
      const [, name = '', words = ''] = help;
      assert.ok(!families.has(name), `${name} stands in one group`);
      open = { name, help: unescaped(words) };
    } else if (type !== null) {
      const [, name = '', kind = ''] = type;
      assert.equal(open?.name, name, 'HELP and TYPE stand together');
      assert.equal(kind === 'counter', name.endsWith('_total'), `${name} is named after its type`);
      const family = { type: kind, help: open?.help ?? '', samples: new Map<string, number>() };
      families.set(name, family);
      open = { name, help: family.help, family };
    } else addSample(open, line);
  }
  for (const [name, { samples }] of families) assert.ok(samples.size > 0, `${name} has samples`);
  return families;
}

function addSample(open: { name: string; family?: Family } | undefined, line: string): void {
  const sample = SAMPLE.exec(line);
  assert.ok(sample, `no sample: ${line}`);
  const [, name, labels = '', value = ''] = sample;
  assert.equal(name, open?.name, 'samples follow their TYPE');
  assert.match(value, NUMBER);
  const pairs = [...labels.matchAll(new RegExp(`(${LABEL})=(${VALUE})`, 'gu'))].map(([, key = '', quoted = '']) => [
    key,
    unescaped(quoted.slice(1, -1)),
  ]);
  assert.equal(new Set(pairs.map(([key]) => key)).size, pairs.length, 'a label stands once');
  const key = JSON.stringify(pairs.toSorted());
  assert.ok(open?.family, 'a TYPE comes first');
  assert.ok(!open.family.samples.has(key), `one sample per set of labels: ${line}`);
  open.family.samples.set(key, Number(value.replace('Inf', 'Infinity')));
}

function unescaped(text: string): string {
  return text.replace(/\\([\\"n])/g, (_match, sign: string) => (sign === 'n' ? '\n' : sign));
}
