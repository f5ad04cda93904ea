import { parseJsonText } from '../../core/text/json-text.ts';
import type { PersonalKind, Piece } from '../../core/text/sentence.ts';
import { PERSONAL_KINDS } from '../../core/text/sentence.ts';
import type { Level, LogEntry } from './log-format.ts';

/** The log of a data directory for `plexsync report`: an entry a line, which still tells what is personal in it. */
export const REPORT_LOG = 'report-log.ndjson';

export type ReportEntry = { readonly at: number; readonly level: Level; readonly pieces: readonly Piece[] };

export function toReportEntry({ at, level, said }: LogEntry): string {
  return JSON.stringify({ at, level, pieces: said.pieces } satisfies ReportEntry);
}

/** An entry of the log; `undefined` where the line is torn, or of no version that we know. */
export function readReportEntry(line: string): ReportEntry | undefined {
  const parsed = parseJsonText(line);
  if (parsed.kind !== 'value' || typeof parsed.value !== 'object' || parsed.value === null) return undefined;
  const { at, level, pieces } = parsed.value as Partial<Record<keyof ReportEntry, unknown>>;
  if (typeof at !== 'number' || !isLevel(level) || !Array.isArray(pieces)) return undefined;
  return { at, level, pieces: pieces.map(readPiece) };
}

const LEVELS = { debug: true, info: true, warning: true, error: true } as const satisfies Record<Level, true>;

function isLevel(value: unknown): value is Level {
  return typeof value === 'string' && Object.hasOwn(LEVELS, value);
}

/** A piece of an unknown kind counts as personal. */
function readPiece(value: unknown): Piece {
  if (typeof value === 'string') return value;
  const { free, personal, kind } = (value ?? {}) as { free?: unknown; personal?: unknown; kind?: unknown };
  if (typeof free === 'string') return { free };
  if (typeof personal === 'string' && isKind(kind)) return { personal, kind };
  return { personal: JSON.stringify(value), kind: 'text' };
}

function isKind(value: unknown): value is PersonalKind {
  return PERSONAL_KINDS.some((kind) => kind === value);
}
