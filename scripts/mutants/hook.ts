/** Loaded before a test by `--import`: serves the instrumented sources, records which guards are reached, and applies a mutant. */
import { appendFileSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const { PLEXSYNC_GUARDED: guarded, PLEXSYNC_MUTANT: mutant, PLEXSYNC_HITS: hits } = process.env;

/** Source text by URL. */
const sources: Readonly<Record<string, string>> =
  guarded === undefined ? {} : (JSON.parse(readFileSync(guarded, 'utf8')) as Record<string, string>);
const noted = new Set<string>();
const INSTEAD: Readonly<Record<string, boolean | undefined>> = { false: false, true: true, undefined };
const [playedId, instead = ''] = mutant?.split('=') ?? [];

/** Written at once: a test may kill the process that reached a guard. */
function note(hit: string): void {
  if (hits === undefined || noted.has(hit)) return;
  noted.add(hit);
  appendFileSync(hits, `${hit}\n`);
}

Object.assign(globalThis, {
  __guard: (id: string, found: unknown): unknown => {
    if (id === playedId) return INSTEAD[instead];
    note(`${id}=${Boolean(found)}`);
    return found;
  },
});

registerHooks({
  load: (url, context, nextLoad) => {
    const source = sources[url];
    return source === undefined ? nextLoad(url, context) : { format: 'module-typescript', source, shortCircuit: true };
  },
});
