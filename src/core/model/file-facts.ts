/** What is known of a file beside its path. */
export type FileFacts = {
  /** In bytes. */
  readonly size?: number | undefined;
  readonly durationMs?: number | undefined;
};

/** What a fact says on whether two files are one; `unknown` where either side does not know it. */
export type Agreement = 'same' | 'different' | 'unknown';

/** What both facts say of a file that may be the scene's. */
export type Agreements = { readonly size: Agreement; readonly duration: Agreement };

/** Two programs measure one film a little differently: by frames, by the container, by the longest stream. */
const LEAST_DIFFERENCE_MS = 2_000;
const LEAST_DIFFERENCE_RATIO = 0.01;

/** Compares what is known of two files. */
export function compareFacts(a: FileFacts, b: FileFacts): Agreements {
  return { size: compareSizes(a.size, b.size), duration: compareDurations(a.durationMs, b.durationMs) };
}

/**
 * Whether the facts say that a file of the same name is another one. The size outranks the duration: a film of the same
 * number of bytes was measured differently.
 */
export function areOtherFiles({ size, duration }: Agreements): boolean {
  return size === 'different' || (size === 'unknown' && duration === 'different');
}

/** Seconds, as Stash and the JSON of a scene have them, in ms. */
export function durationMsOf(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(seconds * 1_000);
}

function compareSizes(a = 0, b = 0): Agreement {
  // No film has no bytes: a size of 0 was not known to whoever wrote it.
  if (!(a > 0 && b > 0)) return 'unknown';
  return a === b ? 'same' : 'different';
}

function compareDurations(a = 0, b = 0): Agreement {
  // A file that was not analysed yet is as long as nothing.
  if (!(a > 0 && b > 0)) return 'unknown';
  const most = Math.max(LEAST_DIFFERENCE_MS, Math.max(a, b) * LEAST_DIFFERENCE_RATIO);
  return Math.abs(a - b) > most ? 'different' : 'same';
}
