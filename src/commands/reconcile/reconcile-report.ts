import type { KindInNeed, SweepKind } from '../../core/model/reconcile.ts';
import { KINDS_IN_NEED } from '../../core/model/reconcile.ts';
import type { ReconcileDocument } from '../../documents/reconcile.ts';
import type { ContentNote } from '../../queue/work/reconcile-store.ts';
import type { Output } from '../../terminal/log/output.ts';
import { renderTable } from '../../terminal/table.ts';
import { tellNextRun } from '../shared/next-run.ts';
import type { PicturesToCome } from '../shared/pictures-to-come.ts';
import { toComeWords } from '../shared/pictures-to-come.ts';
import { undoneLeft } from '../shared/undone-words.ts';

/** What reconcile has found. */
export type Findings = {
  /** The scenes that Stash has listed. */
  readonly seen: number;
  readonly ids: Readonly<Record<KindInNeed, readonly number[]>>;
  /** Counts of the scenes that need nothing. */
  readonly counts: Readonly<Record<Exclude<SweepKind, KindInNeed>, number>>;
  /** Those in step that are put into the queue all the same. */
  readonly again: readonly number[];
  /** What to remember of those in step. */
  readonly notes: readonly ContentNote[];
  /** How many pictures come with those in need and those put into the queue all the same. */
  readonly pictures: number;
};

/** What was changed, in scenes and, for `dropped`, in jobs. */
export type Carried = {
  readonly enqueued: number;
  readonly forgotten: number;
  readonly dropped: number;
};

export type ReconcileOutcome = {
  readonly findings: Findings;
  readonly scope: 'all' | 'recent';
  readonly plex: 'asked' | 'not_asked';
  /** Absent when nothing had to be changed. */
  readonly carried: Carried | undefined;
  readonly pictures: PicturesToCome;
};

const NAMES: Readonly<Record<SweepKind, string>> = {
  never_synced: 'never synced',
  changed: 'changed',
  missing_in_plex: 'missing in Plex',
  gone_from_stash: 'gone from Stash',
  waiting: 'waiting already',
  undone: 'undone',
  without_file: 'without a file',
  dead_letter: 'dead letter',
  in_step: 'in step',
};

/** How many scenes of each kind are named, as examples. */
export const FIRST_IDS = 5;

/** Shows how many scenes of each kind there are, and the first of those that need something. */
export function reportFindings({ ids, counts }: Findings, output: Output): void {
  if (output.json) return;
  const inNeed = KINDS_IN_NEED.map((kind) => {
    const first = ids[kind].slice(0, FIRST_IDS).join(', ');
    return [NAMES[kind], ids[kind].length, ids[kind].length > FIRST_IDS ? `${first}, …` : first || '-'];
  });
  const shown = (['waiting', 'undone', 'without_file', 'dead_letter', 'in_step'] as const).filter(
    (kind) => kind !== 'undone' || counts.undone > 0,
  );
  const atRest = shown.map((kind) => [NAMES[kind], counts[kind], '-']);
  output.result(renderTable(['KIND', 'SCENES', 'FIRST IDS'], [...inNeed, ...atRest], output.readerOf('stdout')));
}

/** Reports what was done; with `--json` everything in one document. */
export function reportOutcome(outcome: ReconcileOutcome, output: Output): void {
  if (output.json) output.resultJson(reconcileDocument(outcome), 2);
  else output.result(outcomeWords(outcome));
  if (outcome.carried !== undefined && outcome.carried.enqueued > 0) tellNextRun(output);
}

function outcomeWords({ findings, carried, pictures }: ReconcileOutcome): string {
  const { undone } = findings.counts;
  const looked = `${countIn(findings.seen, 'scene')} of Stash looked at${undone === 0 ? '' : `, ${undoneLeft(undone)}`}`;
  if (carried === undefined) {
    const toCome =
      pictures.count === 0
        ? ''
        : `; ${countIn(inNeedOfSync(findings).length, 'scene')} would be enqueued${toComeWords(pictures)}`;
    return `${looked}${toCome}. Dry run, nothing was changed.`;
  }
  const { enqueued, forgotten, dropped } = carried;
  if (enqueued === 0 && forgotten === 0) return `${looked}: nothing to do.`;
  const parts = [
    `${countIn(enqueued, 'scene')} enqueued`,
    ...(forgotten === 0 ? [] : [`${countIn(forgotten, 'scene')} forgotten`]),
    ...(dropped === 0 ? [] : [`${countIn(dropped, 'waiting job')} dropped`]),
  ];
  return `${looked}: ${parts.join(', ')}.`;
}

function reconcileDocument({ findings, scope, plex, carried, pictures }: ReconcileOutcome): ReconcileDocument {
  const { seen, ids, counts, again } = findings;
  return {
    ...(carried === undefined ? { dry_run: true } : {}),
    scope: scope === 'all' ? 'all' : 'since',
    plex_asked: plex === 'asked',
    scenes: seen,
    never_synced: kindDocument(ids.never_synced),
    changed: kindDocument(ids.changed),
    missing_in_plex: kindDocument(ids.missing_in_plex),
    gone_from_stash: kindDocument(ids.gone_from_stash),
    ...counts,
    rechecked: again.length,
    pictures,
    enqueued: carried?.enqueued ?? 0,
    forgotten: carried?.forgotten ?? 0,
    dropped_jobs: carried?.dropped ?? 0,
  };
}

function kindDocument(ids: readonly number[]): ReconcileDocument[KindInNeed] {
  return { count: ids.length, first: ids.slice(0, FIRST_IDS) };
}

/** The document of a run that has compared nothing. */
export const NOTHING_FOUND = {
  ...{ scope: 'left', plex_asked: false, scenes: 0 },
  ...Object.fromEntries(KINDS_IN_NEED.map((kind) => [kind, kindDocument([])] as const)),
  ...{ waiting: 0, without_file: 0, dead_letter: 0, in_step: 0, rechecked: 0, pictures: { count: 0, bytes: 0 } },
  ...{ enqueued: 0, undone: 0, forgotten: 0, dropped_jobs: 0 },
} as ReconcileDocument;

/** A count with its noun, such as `1 scene` or `1,203 scenes`. */
export function countIn(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

export function inNeedOfSync({ ids, again }: Findings): readonly number[] {
  return [...KINDS_IN_NEED.flatMap((kind) => (kind === 'gone_from_stash' ? [] : ids[kind])), ...again];
}
