import { clockText } from '../../core/duration.ts';
import type { Explanation } from '../../core/explain-match.ts';
import type { Agreement } from '../../core/file-facts.ts';
import { pathMapFlag, sharedTail } from '../../core/file-paths.ts';
import type { LookUpStep } from '../../core/look-up.ts';
import type { Evidence, MatchResult, PlexFile } from '../../core/match.ts';
import type { NearMiss } from '../../core/near-misses.ts';
import type { Reader } from '../../terminal/reader.ts';
import { renderFields, renderTable } from '../../terminal/table.ts';
import type { Matching } from './verdict.ts';
import { nextLines, verdictWords } from './verdict.ts';

/** The document of `match-test --json`: keys are only ever added. */
export function matchDocument(explanation: Explanation, matching: Matching): object {
  const { file, look, nearMisses, suggestion, plexSide } = explanation;
  const { mapped, match } = look;
  const item = writtenTo(match, matching)?.candidate;
  return {
    path: file.path,
    mapped_path: mapped.path,
    path_map: mapped.mapping ?? null,
    seen_by: plexSide === undefined ? 'stash' : 'plex',
    stash_path: plexSide === undefined ? file.path : (plexSide.stashPath ?? null),
    confidence: match.kind,
    would_write: item !== undefined,
    rating_key: item?.ratingKey ?? null,
    title: item?.title ?? null,
    library: item?.sectionTitle ?? null,
    rule: match.kind === 'high' ? match.rule : null,
    steps: look.steps.map(({ rule, section, query, found, requests }) => ({
      rule,
      library: section.title,
      query,
      found,
      requests,
    })),
    requests: requestsOf(explanation),
    candidates: consideredIn(match).map((evidence) => ({
      rating_key: evidence.candidate.ratingKey,
      title: evidence.candidate.title,
      library: evidence.candidate.sectionTitle,
      file: evidence.file,
      path: evidence.path,
      size: evidence.size,
      size_bytes: plexFile(evidence)?.size ?? null,
      duration: evidence.duration,
      duration_ms: plexFile(evidence)?.durationMs ?? null,
      shared_folders: evidence.sharedFolders,
      shared_tail: sharedTail(evidence.file, mapped.path),
    })),
    near_misses: nearMisses.map((miss) => ({
      kind: miss.kind,
      rating_key: miss.candidate.ratingKey,
      title: miss.candidate.title,
      library: miss.candidate.sectionTitle,
      file: miss.file.path,
      size_bytes: miss.file.size ?? null,
      duration_ms: miss.file.durationMs ?? null,
      shared_folders: miss.sharedFolders,
    })),
    suggestion: suggestion === undefined ? null : pathMapFlag(suggestion),
  };
}

/** The same for a person, or without table lines for a pipe. */
export function matchText(
  explanation: Explanation,
  { matching, reader }: { readonly matching: Matching; readonly reader: Reader },
): string {
  const { file, look, nearMisses } = explanation;
  const { mapped, match } = look;
  const blocks = [
    renderFields(
      [
        ['Path', file.path],
        ['In Plex', `${mapped.path} (${mapped.mapping ? pathMapFlag(mapped.mapping) : 'no path_map applies'})`],
        ...plexSideFields(explanation),
        ...look.steps.map((step): Field => ['Tried', stepWords(step)]),
        ['Requests', `${requestsOf(explanation)} in all, the list of libraries among them`],
      ],
      reader,
    ),
    match.kind === 'none' ? '' : `Candidates\n${candidateTable(match, mapped.path, reader)}`,
    nearMisses.length === 0 ? '' : `Not the file, but near\n${nearMissTable(nearMisses, reader)}`,
    renderFields(
      [['Verdict', verdictWords(match)], ...nextLines(explanation, matching).map((line): Field => ['Next', line])],
      reader,
    ),
  ];
  return blocks.filter((block) => block !== '').join('\n\n');
}

type Field = readonly [name: string, value: string];

/** The item that `process` would write to, if any. */
function writtenTo(match: MatchResult, matching: Matching): Evidence | undefined {
  if (match.kind === 'none' || (match.kind === 'low' && matching === 'strict')) return undefined;
  return match.best;
}

function consideredIn(match: MatchResult): readonly Evidence[] {
  return match.kind === 'none' ? [] : match.considered;
}

function requestsOf({ look, extraRequests }: Explanation): number {
  return look.steps.reduce((sum, { requests }) => sum + requests, 1) + extraRequests;
}

function plexFile({ candidate, file }: Evidence): PlexFile | undefined {
  return candidate.files.find(({ path }) => path === file);
}

function plexSideFields({ plexSide }: Explanation): Field[] {
  if (plexSide === undefined) return [];
  const other = plexSide.stashPath ?? 'unknown: no path_map leads back from there';
  return [['In Stash', `${other} (the path given is one as Plex sees it)`]];
}

function stepWords({ section, query, found, requests }: LookUpStep): string {
  const items = found === 0 ? 'no item' : found === 1 ? '1 item' : `${found} items`;
  return `file name ${query} in "${section.title}": ${items} (${requests} ${requests === 1 ? 'request' : 'requests'})`;
}

function candidateTable(match: Exclude<MatchResult, { kind: 'none' }>, mappedPath: string, reader: Reader): string {
  const rows = match.considered.map((evidence) => [
    evidence.candidate.ratingKey,
    evidence.candidate.title,
    evidence.candidate.sectionTitle,
    PATH_WORDS[evidence.path],
    sharedTail(evidence.file, mappedPath),
    `${FACT_WORDS[evidence.size]}${bytes(plexFile(evidence))}`,
    `${FACT_WORDS[evidence.duration]}${length(plexFile(evidence))}`,
    evidence.file,
  ]);
  return renderTable(['ITEM', 'TITLE', 'LIBRARY', 'PATH', 'SHARED TAIL', 'SIZE', 'DURATION', 'FILE'], rows, reader);
}

const PATH_WORDS: Readonly<Record<Evidence['path'], string>> = {
  exact: 'same',
  case: 'same but for case',
  differs: 'differs',
};

const FACT_WORDS: Readonly<Record<Agreement, string>> = {
  same: 'same',
  different: 'differs',
  unknown: 'not compared',
};

function nearMissTable(misses: readonly NearMiss[], reader: Reader): string {
  const rows = misses.map(({ kind, candidate, file }) => [
    candidate.ratingKey,
    candidate.title,
    candidate.sectionTitle,
    `${NEAR_WORDS[kind]}${kind === 'other_size' ? bytes(file) : ''}${kind === 'other_duration' ? length(file) : ''}`,
    file.path,
  ]);
  return renderTable(['ITEM', 'TITLE', 'LIBRARY', 'WHY', 'FILE'], rows, reader);
}

const NEAR_WORDS: Readonly<Record<NearMiss['kind'], string>> = {
  other_size: 'same name, other size',
  other_duration: 'same name, other duration',
  other_ending: 'same name, other ending',
  same_folder: 'same folder, other name',
};

function bytes(file: PlexFile | undefined): string {
  return file?.size === undefined ? '' : ` (${file.size})`;
}

function length(file: PlexFile | undefined): string {
  return file?.durationMs === undefined ? '' : ` (${clockText(file.durationMs)})`;
}
