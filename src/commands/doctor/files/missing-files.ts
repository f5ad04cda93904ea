import { evenly } from '../../../core/match/evenly.ts';
import { leftOutWords } from '../../../core/match/near/left-out.ts';
import type { NearMiss } from '../../../core/match/near/near-misses.ts';
import { mayBeMeant, nearWords } from '../../../core/match/near/near-misses.ts';
import { pinCommand } from '../../../core/match/pin.ts';
import type { SampledFile } from '../../../core/match/sample/file-sample.ts';
import { plainText } from '../../../core/text/sentence.ts';
import { shellWord } from '../../../core/text/shell-word.ts';
import type { PlexClient } from '../../../plex/client.ts';
import { libraryLine } from '../../../settings/change-words.ts';
import type { Explanation } from '../../shared/match/explain-match.ts';
import { explainMatch } from '../../shared/match/explain-match.ts';
import type { Finding } from '../finding.ts';
import { warning } from '../finding.ts';
import type { FilePlace } from './file-place.ts';

/** So many are looked into: each takes some requests, and more of one kind show nothing new. */
const MOST_EXPLAINED = 5;

type Explained = { readonly file: SampledFile; readonly explanation: Explanation };

/** Where missing files are after all: in a library that is left out, or under a name that nearly agrees. */
export async function explainMissing(
  missing: readonly SampledFile[],
  { sections, leftOut, config }: FilePlace,
  plex: PlexClient,
): Promise<readonly Finding[]> {
  const place = { sections, leftOut, mappings: config.loaded.settings.path_map };
  const explained: Explained[] = [];
  for (const file of evenly(missing, MOST_EXPLAINED))
    explained.push({ file, explanation: await explainMatch([file], place, plex) });
  return [...leftOutFindings(explained, config), ...explained.flatMap(nearFinding)];
}

function leftOutFindings(explained: readonly Explained[], config: FilePlace['config']): readonly Finding[] {
  const perLibrary = Map.groupBy(
    explained.filter(({ explanation }) => explanation.leftOut !== undefined),
    ({ explanation }) => explanation.leftOut?.library ?? '',
  );
  return [...perLibrary].map(([library, held]) => {
    const [first] = held;
    const certainty = held.some(({ explanation }) => explanation.leftOut?.certainty === 'proven') ? 'proven' : 'likely';
    const count = held.length === 1 ? '' : ` (and so are ${held.length - 1} more of ${explained.length} looked into)`;
    const where = plainText(leftOutWords({ library, certainty }));
    const command = plainText(libraryLine(config, library));
    return warning('left_out', `${first?.file.path ?? ''}: ${where}${count}`, {
      fix: `To take it in: ${command}`,
      command,
    });
  });
}

function nearFinding({ file, explanation }: Explained): readonly Finding[] {
  const near = explanation.nearMisses.filter(mayBeMeant);
  const [nearest] = near;
  if (nearest === undefined) return [];
  return [nearMissFinding(file, nearest)];
}

function nearMissFinding({ path, sceneId }: SampledFile, nearest: NearMiss): Finding {
  const whose = sceneId === undefined ? '' : ` of scene ${sceneId}`;
  const command = pinCommand(sceneId ?? 'SCENE', nearest.candidate.ratingKey);
  const message = `no item has ${path}${whose}; ${plainText(nearWords(nearest))}`;
  return warning('near_names', message, {
    fix: `If it is that: ${command}; see plexsync match-test ${shellWord(path)}`,
    command,
  });
}
