import type { Evidence, MatchResult, SceneFile } from '../../core/match/evidence.ts';
import type { LookUpStep } from '../../core/match/look-up.ts';
import type { NearMiss } from '../../core/match/near/near-misses.ts';
import { mayBeMeant } from '../../core/match/near/near-misses.ts';
import { pathMapFlag, sharedTail } from '../../core/match/paths.ts';
import { pinCommand } from '../../core/match/pin.ts';
import type { Agreement, Agreements } from '../../core/model/file-facts.ts';
import type { PlexFile } from '../../core/model/plex-item.ts';
import type { OtherFile } from '../../core/model/scene-record.ts';
import { writtenKeys } from '../../core/model/scene-record.ts';
import { plainText } from '../../core/text/sentence.ts';
import type { LastWrittenDocument, MatchTestDocument } from '../../documents/match-test.ts';
import type { KnownItem } from '../../queue/views/scene-status.ts';
import { clockText } from '../../settings/duration.ts';
import { fieldName } from '../../terminal/log/field-words.ts';
import type { Reader } from '../../terminal/reader.ts';
import { renderFields, renderTable } from '../../terminal/table.ts';
import { localTime, utcTime } from '../../terminal/time.ts';
import type { Explanation } from '../shared/match/explain-match.ts';
import { otherItemDocuments } from '../shared/other-item-document.ts';
import { pinDocument } from '../shared/pins/pin-document.ts';
import type { How, Matching } from './how.ts';
import type { AskedScene } from './scene.ts';
import { nextLines, verdictStyle, verdictWords } from './verdict.ts';

/** The document of `match-test --json`: keys are only ever added. */
export function matchDocument(explanation: Explanation, how: How): MatchTestDocument {
  const { matching, scene, refusal } = how;
  const { file, look, nearMisses, suggestion, plexSide } = explanation;
  const { mapped, match } = look;
  const item = refusal === undefined ? (scene?.pin ?? writtenTo(match, matching)?.candidate) : undefined;
  return {
    path: file.path,
    size_bytes: file.size ?? null,
    duration_ms: file.durationMs ?? null,
    scene_id: scene?.sceneId ?? null,
    scene_from: scene?.from ?? null,
    last_written: scene?.item === undefined ? null : lastWrittenDocument(scene.item),
    pin: scene?.pin === undefined ? null : pinDocument(scene.pin),
    mapped_path: mapped.path,
    path_map: mapped.mapping ?? null,
    seen_by: plexSide === undefined ? 'stash' : 'plex',
    stash_path: plexSide === undefined ? file.path : (plexSide.stashPath ?? null),
    other_items: explanation.others.flatMap(otherItemDocuments),
    belongs_to: refusal?.kind === 'others_item' ? refusal.sceneIds : [],
    confidence: refusal === undefined ? match.kind : 'low',
    would_write: item !== undefined,
    rating_key: item?.ratingKey ?? null,
    title: item?.title ?? null,
    library: item !== undefined && 'sectionTitle' in item ? item.sectionTitle : null,
    rule: match.kind === 'high' ? match.rule : null,
    steps: look.steps.map(({ rule, section, query, found, requests }) => ({
      rule,
      library: section.title,
      query,
      found,
      requests,
    })),
    requests: requestsOf(explanation, how),
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
      branch: evidence.branch,
    })),
    near_misses: nearMisses.map((miss) => ({
      kind: miss.kind,
      rating_key: miss.candidate.ratingKey,
      title: miss.candidate.title,
      library: miss.candidate.sectionTitle,
      file: miss.file.path,
      ...miss.facts,
      size_bytes: miss.file.size ?? null,
      duration_ms: miss.file.durationMs ?? null,
      shared_folders: miss.sharedFolders,
      pin: mayBeMeant(miss) ? pinCommand(scene?.sceneId ?? 'SCENE', miss.candidate.ratingKey) : null,
    })),
    left_out: leftOutDocument(explanation, how),
    suggestion: suggestion === undefined ? null : pathMapFlag(suggestion),
  };
}

function leftOutDocument({ leftOut }: Explanation, { libraryLine }: How): MatchTestDocument['left_out'] {
  if (leftOut === undefined || libraryLine === undefined) return null;
  const { candidate, file, certainty } = leftOut;
  const { ratingKey, title, sectionTitle } = candidate;
  const item = { rating_key: ratingKey, title, library: sectionTitle, file };
  return { ...item, certainty, command: plainText(libraryLine) };
}

/** The same result for a person, or without table lines for a pipe. */
export function matchText(explanation: Explanation, how: How & { readonly reader: Reader }): string {
  const { file, files, look, nearMisses } = explanation;
  const { scene, reader } = how;
  const { mapped, match } = look;
  const blocks = [
    renderFields(
      [
        ...(scene === undefined ? [] : sceneFields(scene, reader)),
        ['Path', file.path],
        ...files.filter(({ path }) => path !== file.path).map(({ path }): Field => ['Other file', path]),
        ...fileFields(file),
        ['In Plex', `${mapped.path} (${mapped.mapping ? pathMapFlag(mapped.mapping) : 'no path_map applies'})`],
        ...plexSideFields(explanation),
        ...look.steps.map((step): Field => ['Tried', stepWords(step)]),
        ['Requests', `${requestsOf(explanation, how)} in all, the list of libraries among them`],
      ],
      reader,
    ),
    match.kind === 'none' ? '' : `Candidates\n${candidateTable(match, mapped.path, reader)}`,
    nearMisses.length === 0 ? '' : `Not the file, but near\n${nearMissTable(nearMisses, reader)}`,
    renderFields(
      [
        ['Verdict', { text: verdictWords(match, how.refusal), style: verdictStyle(match, how.refusal) }],
        ...explanation.others.flatMap(otherFields),
        ...nextLines(explanation, how).map((line): Field => ['Next', line]),
      ],
      reader,
    ),
  ];
  return blocks.filter((block) => block !== '').join('\n\n');
}

type Field = readonly [name: string, value: string];

function lastWrittenDocument({ ratingKey, sectionTitle, file, syncedAt, written }: KnownItem): LastWrittenDocument {
  return {
    rating_key: ratingKey,
    library: sectionTitle ?? null,
    file: file ?? null,
    synced_at: syncedAt === undefined ? null : utcTime(syncedAt),
    fields: writtenKeys(written),
  };
}

function otherFields({ path, item }: OtherFile): Field[] {
  if (item === undefined) return [];
  return [['Other item', `${item.ratingKey} "${item.title}" in "${item.library}" holds ${path}; merge them in Plex`]];
}

function sceneFields({ sceneId, from, item, pin }: AskedScene, reader: Reader): Field[] {
  const knower = from === 'stash' ? 'as Stash has it' : 'as the data directory knows it';
  return [
    ['Scene', `${sceneId}, ${knower}`],
    ['Last time', item === undefined ? 'nothing was written for it' : lastTimeWords(item, reader)],
    ...(pin === undefined ? [] : [['Pinned', `to item ${pin.ratingKey} "${pin.title}", ${pin.file}`] as const]),
  ];
}

function lastTimeWords({ ratingKey, sectionTitle, file, syncedAt, written }: KnownItem, reader: Reader): string {
  const time = reader.kind === 'person' ? localTime : utcTime;
  const isWritten = writtenKeys(written).length > 0;
  const at =
    syncedAt === undefined ? 'a write was begun' : isWritten ? `written ${time(syncedAt)}` : 'nothing was written';
  const library = sectionTitle === undefined ? '' : ` in "${sectionTitle}"`;
  const keys = writtenKeys(written).map((key) => fieldName(key).replace(/^the /, ''));
  const fields = keys.length === 0 ? '' : `: ${keys.join(', ')}`;
  // The item of the last sync is checked before any look-up.
  const first = file === undefined ? '' : '; process keeps to this item while it has the file';
  return `item ${ratingKey}${library}, ${at}${fields}${first}`;
}

/** What the candidates' files are compared with. */
function fileFields({ size, durationMs }: SceneFile): Field[] {
  const facts = [
    ...(size === undefined ? [] : [`${size} bytes`]),
    ...(durationMs === undefined ? [] : [clockText(durationMs)]),
  ];
  return facts.length === 0 ? [] : [['File', facts.join(', ')]];
}

/** The item that `process` would write to, if any. */
function writtenTo(match: MatchResult, matching: Matching): Evidence | undefined {
  if (match.kind === 'none' || (match.kind === 'low' && matching === 'strict')) return undefined;
  return match.best;
}

function consideredIn(match: MatchResult): readonly Evidence[] {
  return match.kind === 'none' ? [] : match.considered;
}

function requestsOf({ look, extraRequests }: Explanation, judged: Pick<How, 'requests'>): number {
  return look.steps.reduce((sum, { requests }) => sum + requests, 1) + extraRequests + judged.requests;
}

function plexFile({ candidate, file }: Evidence): PlexFile | undefined {
  return candidate.files.find(({ path }) => path === file);
}

function plexSideFields({ plexSide }: Explanation): Field[] {
  if (plexSide === undefined) return [];
  const other = plexSide.stashPath ?? 'unknown: no path_map leads back from there';
  return [['In Stash', `${other} (the path given is one as Plex sees it)`]];
}

const STEP_WORDS: Readonly<Record<LookUpStep['rule'], string>> = {
  index: 'file index for',
  file_name: 'file name',
  listing: 'all of the library for',
  title: 'title',
};

function stepWords({ rule, section, query, found, requests }: LookUpStep): string {
  const items = found === 0 ? 'no item' : found === 1 ? '1 item' : `${found} items`;
  return `${STEP_WORDS[rule]} ${query} in "${section.title}": ${items} (${requests} ${requests === 1 ? 'request' : 'requests'})`;
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
  return renderTable(
    [
      'ITEM',
      'TITLE',
      { name: 'LIBRARY', rank: 2 },
      'PATH',
      { name: 'SHARED TAIL', rank: 3 },
      'SIZE',
      { name: 'DURATION', rank: 1 },
      'FILE',
    ],
    rows,
    reader,
  );
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
  const rows = misses.map(({ kind, candidate, file, facts }) => [
    candidate.ratingKey,
    candidate.title,
    candidate.sectionTitle,
    [NEAR_WORDS[kind](file), ...agreeing(kind, facts)].join(', '),
    file.path,
  ]);
  return renderTable(['ITEM', 'TITLE', 'LIBRARY', 'WHY', 'FILE'], rows, reader);
}

const NEAR_WORDS: Readonly<Record<NearMiss['kind'], (file: PlexFile) => string>> = {
  other_size: (file) => `same name, other size${bytes(file)}`,
  other_duration: (file) => `same name, other duration${length(file)}`,
  other_ending: () => 'same name, other ending',
  smb_signs: () => 'same name but for the signs that SMB replaces',
  other_signs: () => 'same letters, other signs',
  one_letter: () => 'one letter differs',
  longer_name: () => 'more or fewer words behind the name',
  same_folder: () => 'same folder, other name',
};

/** What else speaks for a file whose name nearly agrees. */
function agreeing(kind: NearMiss['kind'], { size, duration }: Agreements): readonly string[] {
  if (kind === 'other_size' || kind === 'other_duration') return [];
  return [...(size === 'same' ? ['same size'] : []), ...(duration === 'same' ? ['same duration'] : [])];
}

function bytes(file: PlexFile | undefined): string {
  return file?.size === undefined ? '' : ` (${file.size})`;
}

function length(file: PlexFile | undefined): string {
  return file?.durationMs === undefined ? '' : ` (${clockText(file.durationMs)})`;
}
