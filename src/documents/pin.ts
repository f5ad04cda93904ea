import * as z from 'zod/mini';
import type { DocumentOf } from './shapes.ts';
import { id, instant } from './shapes.ts';

const pinShape = {
  scene_id: id,
  rating_key: z.string(),
  section_key: z.string(),
  title: z.string(),
  file: z.string().check(z.describe('One file of the item, as Plex has it: the pin follows it.')),
  pinned_at: instant,
};

const pin = z.object(pinShape).register(z.globalRegistry, { id: 'pin' });
export type PinDocument = DocumentOf<typeof pin>;

/** The pin of a scene, where there is one. */
export const pinOrNull = z.nullable(pin).check(z.describe('The item that a person said the scene is.'));

export const pinListSchema = z.array(pin);

export const pinSchema = z.object({
  ...pinShape,
  library: z.string(),
  replaced: z.nullable(pin).check(z.describe('What the scene was pinned to before.')),
  written_to: z
    .nullable(z.string())
    .check(z.describe('The other item that the scene was written to before; what was written there stays.')),
  shared_with: z.array(id).check(z.describe('Other scenes that are pinned to the item.')),
  woken: z.boolean().check(z.describe('Whether a job waited for its file, and is due now.')),
  dead_letters: z
    .array(id)
    .check(z.describe('Dead letters of the scene with LowConfidenceMatch or PlexNotFound, which the pin answers.')),
  next: z.string().check(z.describe('The command that brings the scene to its item.')),
});
export type PinnedDocument = DocumentOf<typeof pinSchema>;

export const unpinSchema = z.object({
  ...pinShape,
  undo: z.string().check(z.describe('The command that pins the scene again.')),
});
export type UnpinnedDocument = DocumentOf<typeof unpinSchema>;
