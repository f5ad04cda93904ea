/** Why writing is stopped, wholly or in part, until somebody does something; the strongest first. */
export const STOP_CODES = [
  'unauthorized',
  'forbidden',
  'misconfigured',
  'stash_unauthorized',
  'stash_misconfigured',
  'removals',
] as const;
export type StopCode = (typeof STOP_CODES)[number];
