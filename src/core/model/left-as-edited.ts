import type { LeftAlone } from './scene-record.ts';

/** Why a field is left as a person has it in Plex, without a setting that says so: what `--reassert` takes back. */
export const LEFT_AS_EDITED = [
  'edited_in_plex',
  'rated_in_plex',
  'removed_in_plex',
] as const satisfies readonly LeftAlone['reason'][];

/** Whether a field was left because a person has edited it in Plex. */
export function isLeftAsEdited({ reason }: Pick<LeftAlone, 'reason'>): boolean {
  return REASONS.has(reason);
}

const REASONS: ReadonlySet<LeftAlone['reason']> = new Set(LEFT_AS_EDITED);

/** How many fields were left as edited in Plex, and of how many scenes. */
export type LeftCount = { readonly fields: number; readonly scenes: number };

/** Counts what a run leaves as edited in Plex: each field of a scene once, however often it was seen. */
export function createLeftCounter() {
  const fieldsOf = new Map<number, Set<LeftAlone['field']>>();
  return {
    note: (sceneId: number, left: LeftAlone): void => {
      if (!isLeftAsEdited(left)) return;
      const fields = fieldsOf.get(sceneId) ?? new Set();
      fieldsOf.set(sceneId, fields.add(left.field));
    },
    count: (): LeftCount => ({
      fields: [...fieldsOf.values()].reduce((sum, { size }) => sum + size, 0),
      scenes: fieldsOf.size,
    }),
  };
}
