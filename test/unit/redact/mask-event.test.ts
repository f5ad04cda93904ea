/** Whatever an event brings from outside is masked by what it is, however a line about it is worded. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createPathMask } from '../../../src/commands/process/path-mask.ts';
import type { WorkerEvent } from '../../../src/core/drain/ports/events.ts';
import type { Foreign, Personal } from '../../../src/core/text/sentence.ts';
import { asName, asPath, foreign, mapOutside, plainText, say } from '../../../src/core/text/sentence.ts';
import { maskEvent } from '../../../src/redact/mask-event.ts';
import { eventDocument } from '../../../src/terminal/log/event-document.ts';
import { linesFor } from '../../../src/terminal/log/event-lines.ts';
import { previewText } from '../../../src/terminal/log/preview-text.ts';
import type { Outside } from '../../helpers/every-event.ts';
import { everyEvent } from '../../helpers/every-event.ts';

/** No word of ours has these letters, and none is short enough to be cut. */
const word = fc.stringMatching(/^[жщюяъ]{6,9}$/);
const words = fc.array(word, { minLength: 1, maxLength: 3 });
const SIGNS = fc.constantFrom(' ', "'", '"', ': ', ', ', '(', '.', '');
/** What stands around a word in a name: quotes, colons and commas that a line of ours has too. */
const phrase = fc.tuple(words, SIGNS, SIGNS).map(([parts, before, between]) => before + parts.join(between || '-'));

type Kind = keyof Outside;

/** Words from outside, each noted as what it is. */
function outsideOf(phrases: readonly string[]): { readonly outside: Outside; readonly given: Map<string, Kind> } {
  const given = new Map<string, Kind>();
  const next = (kind: Kind) => (): string => {
    const text = `${phrases[given.size % phrases.length]}${'ы'.repeat(given.size + 1)}э`;
    const whole = kind === 'path' ? `/${text}/${text}.bin` : text;
    given.set(whole, kind);
    return whole;
  };
  return { outside: { path: next('path'), title: next('title'), name: next('name'), prose: next('prose') }, given };
}

function eventsOf(outside: Outside): readonly WorkerEvent[] {
  const all = everyEvent(outside);
  return [
    ...Object.values(all),
    { ...all.low_confidence, taken: true },
    { ...all.pin_moved, to: all.pin_moved.from },
    { ...all.retrying, reason: 'failure' },
    { ...all.buried, exhausted: false },
    { ...all.written, preserving: true },
  ];
}

function saidOf(event: WorkerEvent): readonly string[] {
  const preview = event.kind === 'would_write' || event.kind === 'would_not_write' ? [previewText(event)] : [];
  return [JSON.stringify(eventDocument(event, { at: '2026-05-01T18:00:00Z', run: 1 })), ...preview];
}

test('no text of an event is in what is said of it once it is masked, in words or as a document', () => {
  fc.assert(
    fc.property(fc.array(phrase, { minLength: 1, maxLength: 6 }), (phrases) => {
      const { outside } = outsideOf(phrases);
      for (const event of eventsOf(outside)) {
        const lines = linesFor(event).map(([, line]) => plainText(mapOutside(line, () => '#')));
        const said = [...lines, ...saidOf(maskEvent(event, () => '#'))];
        for (const text of said) assert.doesNotMatch(text, /[жщюяъыэ]/, event.kind);
      }
    }),
    { numRuns: 100 },
  );
});

const KIND_OF: Readonly<Record<Kind, string>> = { path: 'path', title: 'title', name: 'name', prose: 'text' };

test('each text of an event is masked as what it is, in its document and in each line about it', () => {
  const { outside, given } = outsideOf(['жж']);
  const check = (piece: Personal | Foreign): string => {
    if ('free' in piece) return '#';
    const kind = given.get(piece.personal);
    // Before and after an edit stand texts and titles alike; what Plex made of a field is cut.
    if (kind !== undefined && piece.kind !== 'text') assert.equal(piece.kind, KIND_OF[kind], piece.personal);
    return '#';
  };
  for (const event of eventsOf(outside)) {
    maskEvent(event, check);
    for (const [, line] of linesFor(event)) mapOutside(line, check);
  }
});

test('obfuscated, no folder and no file is in what is said of an event, and its names are', () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (phrases) => {
      const { outside, given } = outsideOf(phrases);
      for (const event of eventsOf(outside)) {
        const mask = createPathMask('a key of this test');
        const lines = linesFor(event).map(([, line]) => plainText(mask.sentence(line)));
        const said = [...lines, ...saidOf(mask.event(event))].join('\n');
        for (const [text, kind] of given) {
          if (kind === 'path') assert.ok(!said.includes(text.split('/')[1] ?? text), `${text} in ${said}`);
        }
      }
      const mask = createPathMask('a key of this test');
      const [[, line] = ['', undefined]] = linesFor({ kind: 'woken', count: 1, section: phrases[0] ?? '' });
      assert.ok(line !== undefined && plainText(mask.sentence(line)).includes(`'${phrases[0]}'`));
    }),
    { numRuns: 50 },
  );
});

test('what another program says is masked where it quotes a path that an event has named', () => {
  const mask = createPathMask('a key of this test');
  const path = '/data/south sluice/Lantern row 1.xyz';
  mask.event({ kind: 'searching', sceneId: 7, section: 'Films', file: path });
  const said = mask.sentence({ pieces: ['It failed: ', { free: `no ${path} here` }] });
  assert.match(plainText(said), /^It failed: no \/path-[0-9a-f]{10}\/path-[0-9a-f]{10}\/path-[0-9a-f]{10} here$/);
});

test('a sentence that names a path masks it where another program quotes it before', () => {
  const mask = createPathMask('a key of this test');
  const said = mask.sentence(
    say`It said "${foreign('South Sluice row.xyz is away')}" of ${asPath('/data/South Sluice row.xyz')}`,
  );
  assert.doesNotMatch(plainText(said), /sluice/i);
});

test('a folder at the root does not mask the library of its name', () => {
  const mask = createPathMask('a key of this test');
  const said = mask.sentence(say`Asked Plex to scan '${asPath('/films')}' in '${asName('Films')}'`);
  assert.match(plainText(said), /^Asked Plex to scan '\/path-[0-9a-f]{10}' in 'Films'$/);
});

test('numbers and switches of an event stay', () => {
  const event = { kind: 'claimed', jobId: 1, sceneId: 2, attempt: 3 } as const;
  assert.deepEqual(
    maskEvent(event, () => '#'),
    event,
  );
});
