/** What is known of a file besides its path. */
export type FileFacts = {
  /** In bytes. */
  readonly size?: number | undefined;
  readonly durationMs?: number | undefined;
};

/** Whether a fact is equal for two files; `unknown` where either side does not know it. */
export type Agreement = 'same' | 'different' | 'unknown';

/** How both facts compare for a file that may be the scene's. */
export type Agreements = { readonly size: Agreement; readonly duration: Agreement };

/** Two programs measure the same film slightly differently: by frames, by the container, by the longest stream. */
const LEAST_DIFFERENCE_MS = 2_000;
const LEAST_DIFFERENCE_RATIO = 0.01;

/** Compares the known facts of two files. */
export function compareFacts(a: FileFacts, b: FileFacts): Agreements {
  return { size: compareSizes(a.size, b.size), duration: compareDurations(a.durationMs, b.durationMs) };
}

/**
 * Whether the facts show that a file of the same name is a different one. Size outranks duration: if the sizes are
 * equal, the durations were measured differently.
 */
export function areOtherFiles({ size, duration }: Agreements): boolean {
  return size === 'different' || (size === 'unknown' && duration === 'different');
}

/** Converts seconds, as Stash and a scene's JSON have them, to ms. */
export function durationMsOf(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(seconds * 1_000);
}

function compareSizes(a = 0, b = 0): Agreement {
  // No film is empty: a size of 0 means that its source did not know it.
  if (!(a > 0 && b > 0)) return 'unknown';
  return a === b ? 'same' : 'different';
}

function compareDurations(a = 0, b = 0): Agreement {
  // A file that is not analysed yet has duration 0.
  if (!(a > 0 && b > 0)) return 'unknown';
  const most = Math.max(LEAST_DIFFERENCE_MS, Math.max(a, b) * LEAST_DIFFERENCE_RATIO);
  return Math.abs(a - b) > most ? 'different' : 'same';
}
