import type { PersonalKind, Piece } from '../../core/text/sentence.ts';
import { mapOutside, plainText } from '../../core/text/sentence.ts';
import type { Masker } from '../../redact/mask.ts';

/** One line of a report. */
export type ReportLine = readonly Piece[];

/** What a report tells, gathered as far as it could be. */
export type ReportFacts = {
  readonly versions: readonly (readonly [name: string, version: ReportLine])[];
  /** Sections under the template's own, each shown as it is. */
  readonly sections: readonly { readonly title: string; readonly lines: readonly ReportLine[] }[];
  readonly log: readonly ReportLine[];
};

/** How the pieces of a report that come from outside are shown. */
export type Shown = Pick<Masker, 'mask' | 'maskAs'>;

/** The issue template of the troubleshooting guide, filled in as far as a program can. */
export function reportText({ versions, sections, log }: ReportFacts, shown: Shown): string {
  const text = (line: ReportLine): string => lineText(line, shown);
  return [
    '**Environment:**',
    ...versions.map(([name, version]) => `- ${name}: ${text(version)}`),
    '',
    '**Issue:**',
    '[Describe what happened]',
    '',
    '**Expected:**',
    '[What you expected to happen]',
    '',
    ...sections.flatMap(({ title, lines }) => [`**${title}:**`, ...block(lines.map(text)), '']),
    '**Logs:**',
    ...block(log.length === 0 ? ['(no log lines)'] : log.map(text)),
    '',
    '**Steps to Reproduce:**',
    '1.',
    '2.',
    '3.',
  ].join('\n');
}

function lineText(pieces: ReportLine, shown: Shown): string {
  const masked = mapOutside({ pieces }, (piece) =>
    'free' in piece ? shown.mask(piece.free) : shown.maskAs(piece.kind, piece.personal),
  );
  return plainText(masked);
}

/** Fenced by more backticks than stand in a row in it. */
function block(lines: readonly string[]): readonly string[] {
  const clean = lines.flatMap((line) => line.split('\n')).map((line) => line.replace(/\p{Cc}+/gu, ' '));
  const longest = Math.max(2, ...clean.flatMap((line) => line.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  return [fence, ...clean, fence];
}

const KIND_WORDS: Readonly<Record<PersonalKind, readonly [one: string, many: string]>> = {
  token: ['token', 'tokens'],
  host: ['host', 'hosts'],
  address: ['address', 'addresses'],
  path: ['part of a path', 'parts of paths'],
  title: ['title', 'titles'],
  name: ['name', 'names'],
  user: ['user', 'users'],
  text: ['quoted text', 'quoted texts'],
};

/** What was masked, counted by kind. */
export function maskedText(counts: Readonly<Partial<Record<PersonalKind, number>>>): string {
  const parts = Object.entries(counts).map(
    ([kind, count]) => `${count} ${KIND_WORDS[kind as PersonalKind][count === 1 ? 0 : 1]}`,
  );
  return parts.length === 0 ? 'Nothing had to be masked.' : `Masked: ${parts.join(', ')}.`;
}
