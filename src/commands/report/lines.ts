import { parsePathMappings, splitMappings } from '../../core/match/mappings.ts';
import { parseJsonText } from '../../core/text/json-text.ts';
import { listed } from '../../core/text/sentence.ts';
import type { DeadLetter } from '../../queue/tables/dead-letters/letter.ts';
import type { ReportedJob, ReportedRecord } from '../../queue/views/report-rows.ts';
import { maskDocument } from '../../redact/personal-words.ts';
import type { ExplainedSetting } from '../../settings/explain.ts';
import { shownCommand } from '../../settings/shown-command.ts';
import { HIDDEN, SETTINGS } from '../../settings/table.ts';
import { utcTime } from '../../terminal/time.ts';
import type { Context } from '../shared/context.ts';
import { statsDocument } from '../shared/stats-document.ts';
import type { Gathered } from './facts.ts';
import type { ReportFacts, ReportLine, Shown } from './report-text.ts';

/** What was gathered, as the lines of a report; `shown` masks the stored documents in it. */
export function toFacts(gathered: Gathered, shown: Shown, { dataDir, version }: Context): ReportFacts {
  const { stats, scene, problems } = gathered;
  const counts = stats === undefined ? [] : flatLines(statsDocument(stats, dataDir));
  return {
    versions: [
      ['Stash version', [gathered.stashVersion ?? 'unknown']],
      ['Plex version', [gathered.plexVersion ?? 'unknown']],
      ['PlexSync version', [version]],
      ['Node version', [process.version]],
      ['System', [gathered.system]],
      ['Deployment', [gathered.deployment]],
    ],
    sections: [
      {
        title: 'Settings',
        lines: [
          ['data dir: ', { personal: dataDir.path, kind: 'path' }, ` (from ${dataDir.origin})`],
          ...gathered.settings.map(settingLine),
        ],
      },
      ...(problems.length > 0 ? [{ title: 'Could not be read', lines: problems.map((free) => [{ free }]) }] : []),
      ...(counts.length > 0 ? [{ title: 'Counts', lines: counts }] : []),
      ...(scene === undefined ? [] : [{ title: `Scene ${scene.id}`, lines: sceneLines(scene.rows, shown) }]),
    ],
    log: gathered.log,
  };
}

function settingLine({ name, value, origin, problem }: ExplainedSetting): ReportLine {
  const from: ReportLine =
    origin.kind === 'file' ? [' (from ', { personal: origin.name, kind: 'path' }, ')'] : [` (from ${origin.name})`];
  if (value === undefined) return [`${name}: not set`];
  if (problem !== undefined) return [`${name}: cannot be used: `, { free: problem }];
  return [`${name}: `, ...settingPieces(name, value), ...from];
}

function settingPieces(name: ExplainedSetting['name'], value: unknown): ReportLine {
  switch (SETTINGS[name].type.kind) {
    case 'token':
      return [HIDDEN];
    case 'webhooks':
      return Array.isArray(value) && value.length === 0 ? ['none'] : [HIDDEN];
    case 'command':
      return [{ personal: shownCommand(value).join(' '), kind: 'path' }];
    case 'web_address':
      return [{ personal: String(value), kind: 'host' }];
    case 'file':
      return [{ personal: String(value), kind: 'path' }];
    case 'names':
      return orNone(wordsOf(value).map((personal) => [{ personal, kind: 'name' }]));
    case 'path_mappings':
      return orNone(
        pathsOf(value).map(([from, to]) => [{ personal: from, kind: 'path' }, '=', { personal: to, kind: 'path' }]),
      );
    default:
      // Valid, so a number, a duration, a switch or one of our own words.
      return [String(value)];
  }
}

function orNone(entries: readonly ReportLine[]): ReportLine {
  return entries.length === 0 ? ['none'] : listed(entries.map((pieces) => ({ pieces }))).pieces;
}

/** The names in a setting that holds names, however they were given; a text may be one name, or several. */
export function wordsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((entry) => (typeof entry === 'string' ? [entry] : wordsOf(entry)));
  return typedText(value)
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** A text that may be one name or several, as it was typed. */
export function typedText(value: unknown): string {
  return typeof value === 'object' && value !== null && 'typed' in value ? String(value.typed) : String(value);
}

/** The pairs of folders in `path_map`, however they were given. */
export function pathsOf(value: unknown): readonly (readonly [from: string, to: string])[] {
  return [value].flat().flatMap((entry): [string, string][] => {
    if (typeof entry === 'object' && entry !== null) {
      const { from, to } = entry as { from?: unknown; to?: unknown };
      return [[String(from ?? ''), String(to ?? '')]];
    }
    return (Array.isArray(value) ? [String(entry)] : splitMappings(String(entry))).map((line) => {
      const parsed = parsePathMappings([line]);
      if (parsed.kind === 'mappings' && parsed.mappings[0] !== undefined)
        return [parsed.mappings[0].from, parsed.mappings[0].to];
      const [from = '', to = ''] = line.split('=');
      return [from.trim(), to.trim()];
    });
  });
}

/** A document of ours, one line per value; it holds numbers, times and our own words. */
function flatLines(document: object, prefix = ''): ReportLine[] {
  return Object.entries(document).flatMap(([key, value]): ReportLine[] => {
    if (key === 'data_dir') return [];
    if (typeof value === 'object' && value !== null) return flatLines(value, `${prefix}${key}.`);
    return [[`${prefix}${key}: ${value}`]];
  });
}

function sceneLines(
  rows: {
    readonly jobs: readonly ReportedJob[];
    readonly letters: readonly DeadLetter[];
    readonly record: ReportedRecord | undefined;
  },
  shown: Shown,
): readonly ReportLine[] {
  const lines = [
    ...rows.jobs.flatMap((job) => jobLines(job, shown)),
    ...rows.letters.flatMap((letter) => letterLines(letter, shown)),
    ...(rows.record === undefined ? [] : recordLines(rows.record, shown)),
  ];
  return lines.length === 0 ? [['nothing is known of this scene']] : lines;
}

function jobLines(job: ReportedJob, shown: Shown): readonly ReportLine[] {
  const spent = `attempt ${job.attempt}, ${job.failures} failures, ${job.misses} misses, ${job.rescues} rescues, ${job.lone_losses} losses`;
  return [
    [`job ${job.id}: ${job.state}, ${spent}`],
    [`  enqueued ${utcTime(job.enqueued_at)}, due ${utcTime(job.available_at)}`],
    ...(job.last_error === null ? [] : [['  last error: ', { free: job.last_error }]]),
    [`  data: ${documentText(job.data, shown)}`],
  ];
}

function letterLines(letter: DeadLetter, shown: Shown): readonly ReportLine[] {
  return [
    [`dead letter ${letter.id} of job ${letter.job_id}: ${letter.error_type} after ${letter.retry_count} retries`],
    [`  failed ${letter.failed_at}: `, { free: letter.error_message }],
    [`  data: ${documentText(letter.job_data, shown)}`],
    ...(letter.stack_trace ?? '')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((free): ReportLine => ['  ', { free }]),
  ];
}

function recordLines(record: ReportedRecord, shown: Shown): readonly ReportLine[] {
  const written = record.written_at === null ? 'never' : utcTime(record.written_at);
  return [
    [
      `item ${record.rating_key || '(not known)'} in library ${record.section_key || '(not known)'}, written ${written}`,
    ],
    ['  scene path: ', { personal: record.scene_path, kind: 'path' }],
    ...(record.file === null ? [] : [['  file in Plex: ', { personal: record.file, kind: 'path' }] as ReportLine]),
    [`  written: ${documentText(record.written, shown)}`],
    ...(record.intent === null ? [] : [[`  under way: ${documentText(record.intent, shown)}`]]),
  ];
}

function documentText(text: string, shown: Shown): string {
  const parsed = parseJsonText(text);
  return parsed.kind === 'value' ? JSON.stringify(maskDocument(parsed.value, shown)) : '(damaged)';
}
