import { setFlagsFromString } from 'node:v8';

/** V8 calls a flag that it does not know an error, on stderr: only versions are asked that are known to have this one. */
const KNOWN_UNTIL_V8 = 14;

/**
 * Keeps V8 from making room for ever more garbage at once: a listing of 100,000 items takes 150 MiB then instead of 230,
 * and no longer. The flag is a rule of thumb that V8 looks up at each growth, so it may be set in mid-flight.
 */
export function keepYoungSpaceSmall(): void {
  if (Number.parseInt(process.versions.v8, 10) <= KNOWN_UNTIL_V8) setFlagsFromString('--semi-space-growth-factor=1');
}
