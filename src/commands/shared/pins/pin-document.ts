import type { Pin } from '../../../core/match/pin.ts';
import type { PinDocument } from '../../../documents/pin.ts';
import { utcTime } from '../../../terminal/time.ts';

/** A pin in `pin --json`, `unpin --json` and `status --json`: keys are only ever added. */
export function pinDocument({ sceneId, ratingKey, sectionKey, title, file, pinnedAt }: Pin): PinDocument {
  return {
    scene_id: sceneId,
    rating_key: ratingKey,
    section_key: sectionKey,
    title,
    file,
    pinned_at: utcTime(pinnedAt),
  };
}
