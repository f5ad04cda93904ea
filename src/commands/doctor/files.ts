import { mapConcurrently } from '../../core/drain/ports/map-concurrently.ts';
import type { SampleGroup, SampleVerdict } from '../../core/match/file-sample.ts';
import { groupSample, judgeSample } from '../../core/match/file-sample.ts';
import { liveFinders } from '../../core/match/live-finders.ts';
import { lookUpFile } from '../../core/match/look-up.ts';
import type { PathMapping } from '../../core/match/paths.ts';
import { pathMapFlag } from '../../core/match/paths.ts';
import type { Section } from '../../core/model/plex-item.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import type { PlexClient } from '../../plex/client.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { readSample } from '../../queue/views/sample.ts';
import type { Finding } from './finding.ts';
import { failure, failureOf, ok, warning } from './finding.ts';
import { plexFix } from './plex-fix.ts';

/** Where files are looked up, and how many at a time. */
type Place = {
  readonly sections: readonly Section[];
  readonly mappings: readonly PathMapping[];
  readonly concurrency: number;
};

/** Enough to tell a wrong path from a file that Plex has not scanned yet. */
const PER_LIBRARY = 20;

/**
 * Looks up some files of the data directory, library by library, as a drain would: how many are found, and how many
 * would be with another mapping.
 */
export async function checkFiles(
  place: Place,
  { stores, plex }: { readonly stores: Stores; readonly plex: PlexClient },
): Promise<readonly Finding[]> {
  try {
    const groups = groupSample(readSample(stores, PER_LIBRARY), place, PER_LIBRARY);
    if (groups.length === 0) return [ok('files', 'nothing waits and nothing was written yet: no file to look for')];
    const findings: Finding[] = [];
    for (const group of groups) findings.push(await checkGroup(group, place, plex));
    return findings;
  } catch (thrown) {
    return [failureOf('files', thrown, plexFix(thrown, 'Run plexsync doctor again when Plex answers.'))];
  }
}

async function checkGroup(group: SampleGroup, place: Place, plex: PlexClient): Promise<Finding> {
  const looked = await mapConcurrently(group.files, place.concurrency, async (file) => ({
    file,
    look: await lookUpFile(file, place, liveFinders(plex)),
  }));
  return findingOf(judgeSample(looked, place.mappings), group);
}

function findingOf({ total, found, missing, proposal }: SampleVerdict, { section }: SampleGroup): Finding {
  const where = section === undefined ? 'in no library’s folder' : `of "${section.title}"`;
  const message = `${found} of ${total} sampled files ${where} are found in Plex`;
  const flags = proposal?.mappings.map(pathMapFlag).join(' ');
  if (found === total) {
    const fix = flags === undefined ? undefined : `Not by their paths, though: those would be exact with ${flags}`;
    return ok('files', message, fix);
  }
  if (proposal !== undefined && proposal.found > found) {
    const fix = `Add ${flags}, or path_map in the config file.`;
    const told = `${message}; ${proposal.found} of ${total} would be with ${flags}`;
    // None is found and the missing mapping is known: these files do not just wait for a scan.
    return found === 0 ? failure('files', told, fix) : warning('files', told, fix);
  }
  const example = missing === undefined ? '' : `: plexsync match-test ${shellWord(missing.path)}`;
  if (proposal === undefined) return warning('files', message, `Scan the library in Plex, or see why${example}`);
  const told = `${message}; ${proposal.exact} would be by their very paths with ${flags}`;
  return warning('files', told, `Add ${flags}, or path_map in the config file; for the others see why${example}`);
}
