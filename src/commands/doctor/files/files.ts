import { mapConcurrently } from '../../../core/drain/ports/map-concurrently.ts';
import { liveFinders } from '../../../core/match/live-finders.ts';
import { lookUpFile } from '../../../core/match/look-up.ts';
import type { PathMapping } from '../../../core/match/paths.ts';
import { pathMapFlag } from '../../../core/match/paths.ts';
import type { LookedUp, SampledFile, SampleGroup, SampleVerdict } from '../../../core/match/sample/file-sample.ts';
import { groupSample, judgeSample, mappingsWith } from '../../../core/match/sample/file-sample.ts';
import { plainText } from '../../../core/text/sentence.ts';
import { shellWord } from '../../../core/text/shell-word.ts';
import type { PlexClient } from '../../../plex/client.ts';
import type { Stores } from '../../../queue/store/stores.ts';
import { readSample } from '../../../queue/views/sample.ts';
import type { ConfigPlace } from '../../../settings/change-words.ts';
import { pathMapLine } from '../../../settings/change-words.ts';
import type { StashClient } from '../../../stash/client.ts';
import type { Finding } from '../finding.ts';
import { failure, failureOf, ok, skipped, warning } from '../finding.ts';
import { checkFoundLetters, checkMappedLetters } from '../letters.ts';
import { plexFix } from '../plex-fix.ts';
import type { FilePlace } from './file-place.ts';
import { explainMissing } from './missing-files.ts';
import { askForFiles } from './waiting-files.ts';

type Servers = {
  readonly stores: Stores;
  readonly plex: PlexClient;
  /** Knows the files of jobs that name none. */
  readonly stash: StashClient | undefined;
};

/** Enough to tell a wrong path from a file that Plex has not scanned yet. */
const PER_LIBRARY = 20;

/**
 * Looks up some files of the data directory, library by library, as a drain would: how many are found, how many would
 * be with another mapping, and where a missing one is instead.
 */
export async function checkFiles(place: FilePlace, servers: Servers): Promise<readonly Finding[]> {
  try {
    const mappings = place.config.loaded.settings.path_map;
    const asked = await askForFiles(servers.stores, servers.stash, PER_LIBRARY);
    const known = [...readSample(servers.stores, PER_LIBRARY), ...asked.files];
    const groups = groupSample(known, { ...place, mappings }, PER_LIBRARY);
    if (groups.length === 0) return [nothingToLookFor(asked.unknown)];
    const checked: CheckedGroup[] = [];
    for (const group of groups) checked.push(await lookUpGroup(group, place, servers.plex));
    const all = checked.flatMap(({ verdict }) => verdict.proposal?.mappings ?? []);
    // One line sets what all libraries lack.
    const proposed = mappingsWith(all, mappings);
    const findings: Finding[] = [];
    for (const one of checked) findings.push(...(await findingsOf(one, { proposed, place, plex: servers.plex })));
    const found = checkFoundLetters(checked.flatMap(({ looked }) => looked));
    const lacking = checked.filter(({ verdict }) => verdict.found < verdict.total);
    const missing = lacking.flatMap(({ verdict }) => verdict.proposal?.mappings ?? []);
    return [...findings, ...found, ...checkMappedLetters(servers.stores, { proposed, missing, found })];
  } catch (thrown) {
    return [failureOf('files', thrown, plexFix(thrown, 'Run plexsync doctor again when Plex answers.'))];
  }
}

function nothingToLookFor(fileless: number): Finding {
  if (fileless === 0) return ok('files', 'nothing waits and nothing was written yet: no file to look for');
  return skipped('files', 'only Stash knows the files of what waits, and it told none');
}

type CheckedGroup = {
  readonly group: SampleGroup;
  readonly looked: readonly LookedUp<SampledFile>[];
  readonly verdict: SampleVerdict;
};

async function lookUpGroup(group: SampleGroup, place: FilePlace, plex: PlexClient): Promise<CheckedGroup> {
  const { path_map: mappings, concurrency } = place.config.loaded.settings;
  const looked = await mapConcurrently(
    group.files,
    concurrency,
    async (file): Promise<LookedUp<SampledFile>> => ({
      file,
      look: await lookUpFile(file, { ...place, mappings }, liveFinders(plex)),
    }),
  );
  return { group, looked, verdict: judgeSample(looked, mappings) };
}

type Judging = {
  readonly proposed: readonly PathMapping[];
  readonly place: FilePlace;
  readonly plex: PlexClient;
};

async function findingsOf({ group, looked, verdict }: CheckedGroup, { proposed, place, plex }: Judging) {
  const missing = looked.filter(({ look }) => look.match.kind === 'none').map(({ file }) => file);
  return [
    findingOf(verdict, group, { proposed, config: place.config }),
    ...(await explainMissing(missing, place, plex)),
  ];
}

type Proposed = { readonly proposed: readonly PathMapping[]; readonly config: ConfigPlace };

function findingOf(
  { total, found, missing, proposal }: SampleVerdict,
  { section }: SampleGroup,
  { proposed, config }: Proposed,
): Finding {
  const where = section === undefined ? 'in no library’s folder' : `of "${section.title}"`;
  const message = `${found} of ${total} sampled files ${where} are found in Plex`;
  const example = missing === undefined ? '' : `: plexsync match-test ${shellWord(missing.path)}`;
  if (proposal === undefined) {
    if (found === total) return ok('files', message);
    return warning('files', message, `Scan the library in Plex, or see why${example}`);
  }
  const flags = proposal.mappings.map(pathMapFlag).join(' ');
  const way = {
    command: plainText(pathMapLine(config, proposed)),
    remedy: { kind: 'path_map', mappings: proposed },
  } as const;
  if (found === total)
    return ok('files', message, {
      command: way.command,
      fix: `Not by their paths, though: those would be exact with ${flags}`,
    });
  const add = `Add ${flags}, or path_map in the config file: plexsync doctor --fix`;
  if (proposal.found <= found) {
    const told = `${message}; ${proposal.exact} would be by their very paths with ${flags}`;
    return warning('files', told, { ...way, fix: `${add}; for the others see why${example}` });
  }
  const told = `${message}; ${proposal.found} of ${total} would be with ${flags}`;
  // None is found and the missing mapping is known: these files do not just wait for a scan.
  const judge = found === 0 ? failure : warning;
  return judge('files', told, { ...way, fix: `${add}.` });
}
