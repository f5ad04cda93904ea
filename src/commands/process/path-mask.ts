import { createHmac } from 'node:crypto';
import type { WorkerEvent } from '../../core/drain/ports/events.ts';
import type { Foreign, Personal, Sentence } from '../../core/text/sentence.ts';
import { mapOutside } from '../../core/text/sentence.ts';
import { createPathMasker } from '../../redact/mask.ts';
import { maskEvent } from '../../redact/mask-event.ts';

/**
 * Masks file paths and names in everything a run prints: within a data directory the same file always gets the same
 * mask.
 */
export type PathMask = {
  event(event: WorkerEvent): WorkerEvent;
  sentence(sentence: Sentence): Sentence;
};

/** A mask whose words cannot be reversed without `key`. */
export function createPathMask(key: string): PathMask {
  const masker = createPathMasker((text) => createHmac('sha256', key).update(text).digest('hex'));
  // A title is often the name of its file, and another program may quote any path: there, known paths are looked for.
  const change = (piece: Personal | Foreign): string => {
    if ('free' in piece) return piece.free.split('\n').map(masker.mask).join('\n');
    return piece.kind === 'path' ? masker.maskPath(piece.personal) : masker.mask(piece.personal);
  };
  // All paths of a sentence are known before the first of its parts is shown.
  const learn = (piece: Personal | Foreign): string => {
    if ('free' in piece) return piece.free;
    if (piece.kind === 'path') masker.learn(piece.personal);
    return piece.personal;
  };
  return {
    event: (event) => {
      maskEvent(event, learn);
      return maskEvent(event, change);
    },
    sentence: (sentence) => {
      mapOutside(sentence, learn);
      return mapOutside(sentence, change);
    },
  };
}
