/** A collection as a section lists it; a smart one has a filter instead of items. */
export type SectionCollection = { readonly title: string; readonly smart: boolean };

/**
 * What is known of a collection of ours in a section, by its name. `plain`: it is there, or was written by us; `smart`:
 * a smart collection has the name; `gone`: we wrote it, and the section has it no more. `at` is when the section was
 * asked (epoch ms); absent where we wrote it since.
 */
export type CollectionState = {
  readonly kind: 'plain' | 'smart' | 'gone';
  readonly at?: number | undefined;
  /** When it was last seen to be gone, of one that is there again; epoch ms. */
  readonly goneAt?: number | undefined;
};

/** What is remembered of a section's collections. */
export type SectionMemory = {
  /** When the section was last asked, epoch ms. */
  readonly at?: number | undefined;
  /** When that last failed. */
  readonly failedAt?: number | undefined;
  /** The smart ones it had then, folded. */
  readonly smart: readonly string[];
  /** The names that were ever decided about, folded: as many as there are studios. */
  readonly states: Readonly<Record<string, CollectionState>>;
};

export const NOTHING_REMEMBERED: SectionMemory = { smart: [], states: {} };

/** Why a collection of ours is not written, whatever the single item has. */
export type WithheldReason = 'collection_gone' | 'collection_smart';
