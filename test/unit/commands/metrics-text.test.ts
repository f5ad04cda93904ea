import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { metricsText } from '../../../src/commands/stats/metrics-text.ts';
import { parseExposition } from '../../helpers/exposition.ts';

test('a metric is written with its help, its type and a line per sample', () => {
  const text = metricsText([
    {
      name: 'harbour_boats',
      type: 'gauge',
      help: 'Boats\\by quay\nnow.',
      samples: [{ labels: { quay: 'north "7"\\\n' }, value: 3 }, { value: 0.5 }],
    },
    { name: 'harbour_tides_total', type: 'counter', help: 'Tides.', samples: [] },
  ]);
  assert.equal(
    text,
    '# HELP harbour_boats Boats\\\\by quay\\nnow.\n# TYPE harbour_boats gauge\n' +
      'harbour_boats{quay="north \\"7\\"\\\\\\n"} 3\nharbour_boats 0.5\n',
  );
});

test('whatever the labels hold, a strict reader gets them back', () => {
  const name = fc.stringMatching(/^[a-z_][a-z0-9_]{0,10}$/).filter((text) => !text.endsWith('_total'));
  const label = fc.string({ unit: 'grapheme' }).filter((text) => !/[^\P{Cc}\n]/u.test(text));
  const samples = fc.uniqueArray(fc.record({ value: fc.double({ noNaN: true }), text: label }), {
    selector: ({ text }) => text,
    minLength: 1,
  });
  fc.assert(
    fc.property(name, name, samples, (metric, key, list) => {
      const text = metricsText([
        {
          name: metric,
          type: 'gauge',
          help: `Of ${list[0]?.text}.`,
          samples: list.map((sample) => ({
            labels: { [key]: sample.text },
            value: Number.isFinite(sample.value) ? sample.value : 0,
          })),
        },
      ]);
      const family = parseExposition(text).get(metric);
      assert.deepEqual(
        [...(family?.samples.keys() ?? [])],
        list.map((sample) => JSON.stringify([[key, sample.text]])),
      );
      assert.equal(family?.help, `Of ${list[0]?.text}.`);
    }),
  );
});
