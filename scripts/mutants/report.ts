/** The report of a run. */
import { dirname } from 'node:path';
import type { Accepted } from './accepted.ts';
import { isAccepted } from './accepted.ts';
import type { MutantResult } from './try-mutant.ts';

export type Report = {
  readonly folders: readonly FolderCount[];
  readonly survivors: readonly Survivor[];
  /** Accepted survivors that a test kills now: their reason is no longer true. */
  readonly staleAccepted: readonly Accepted[];
  readonly tookMs: number;
};

type FolderCount = {
  readonly folder: string;
  readonly guards: number;
  readonly killed: number;
  readonly accepted: number;
  readonly neverTaken: number;
  readonly survived: number;
};

type Survivor = {
  readonly file: string;
  readonly line: number;
  readonly guard: string;
  readonly kind: 'never_taken' | 'survived';
  /** The test files that ran and passed. */
  readonly tests: readonly string[];
};

/** Counts by folder, and lists the survivors that are not accepted. */
export function reportOf(results: readonly MutantResult[], accepted: readonly Accepted[], tookMs: number): Report {
  const isExcused = ({ kind, mutant }: MutantResult): boolean => kind !== 'killed' && isAccepted(accepted, mutant);
  const survivors = results.flatMap((result): readonly Survivor[] => {
    const { kind, mutant, tests } = result;
    if (kind === 'killed' || isExcused(result)) return [];
    return [{ file: mutant.file, line: mutant.line, guard: mutant.text, kind, tests }];
  });
  const byFolder = Object.groupBy(results, ({ mutant }) => dirname(mutant.file));
  const folders = Object.entries(byFolder).map(([folder, ofFolder = []]): FolderCount => {
    const count = (kind: MutantResult['kind']): number =>
      ofFolder.filter((result) => result.kind === kind && !isExcused(result)).length;
    return {
      folder,
      guards: ofFolder.length,
      killed: count('killed'),
      accepted: ofFolder.filter(isExcused).length,
      neverTaken: count('never_taken'),
      survived: count('survived'),
    };
  });
  const isStale = ({ file, guard }: Accepted): boolean => {
    const same = results.filter(({ mutant }) => mutant.file === file && mutant.text === guard);
    return same.length > 0 && same.every(({ kind }) => kind === 'killed');
  };
  return { folders, survivors, staleAccepted: accepted.filter(isStale), tookMs };
}

const COLUMNS = ['guards', 'killed', 'accepted', 'neverTaken', 'survived'] as const;
const HEADS = ['guards', 'killed', 'accepted', 'never taken', 'survived'] as const;

/** The table, then a line for each survivor. */
export function reportText({ folders, survivors, staleAccepted, tookMs }: Report): string {
  const total = (column: (typeof COLUMNS)[number]): number => folders.reduce((sum, count) => sum + count[column], 0);
  const rows: readonly (readonly string[])[] = [
    ['folder', ...HEADS],
    ...folders.map((count) => [count.folder, ...COLUMNS.map((column) => String(count[column]))]),
    ['in all', ...COLUMNS.map((column) => String(total(column)))],
  ];
  const widest = Math.max(...rows.map(([folder = '']) => folder.length));
  const lineOf = ([folder = '', ...counts]: readonly string[]): string =>
    folder.padEnd(widest) + counts.map((count, index) => count.padStart((HEADS[index]?.length ?? 0) + 2)).join('');
  const took = `Took ${Math.round(tookMs / 1000)} s.`;
  const parts = [
    [...rows.map(lineOf), took],
    survivors.map(survivorLine),
    staleAccepted.map(({ file, guard }) => `Killed now, so remove it from accepted.json: ${file}  ${guard}`),
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

const TESTS_SHOWN = 3;

function survivorLine({ file, line, guard, kind, tests }: Survivor): string {
  const more = tests.length > TESTS_SHOWN ? ` and ${tests.length - TESTS_SHOWN} more` : '';
  const why = kind === 'never_taken' ? 'never taken' : `survived ${tests.slice(0, TESTS_SHOWN).join(', ')}${more}`;
  return `${file}:${line}  ${guard}  (${why})`;
}
