import type { LetterResolveDocument } from '../../documents/letter.ts';
import type { DeadLetter } from '../../queue/tables/dead-letters/letter.ts';

/**
 * What became of a letter. `gone`: another process took care of it meanwhile. `left`: nobody decided about it, or what
 * was decided could not be done.
 */
export type Outcome =
  | { readonly kind: 'pinned'; readonly ratingKey: string }
  | { readonly kind: 'retried' | 'purged' | 'skipped' | 'gone' | 'left' };

const KINDS = ['pinned', 'retried', 'purged', 'skipped', 'gone', 'left'] as const satisfies readonly Outcome['kind'][];

export type Tally = {
  /** Of `left`, a later outcome counts. */
  note(letters: readonly Pick<DeadLetter, 'id'>[], outcome: Outcome): void;
  isOpen(letter: Pick<DeadLetter, 'id'>): boolean;
  /** One line for a person. */
  words(): string;
  document(): LetterResolveDocument;
};

/** Keeps what became of each of the letters. */
export function createTally(letters: readonly DeadLetter[]): Tally {
  const outcomes = new Map<number, Outcome>();
  const outcomeOf = ({ id }: Pick<DeadLetter, 'id'>): Outcome => outcomes.get(id) ?? { kind: 'left' };
  const countOf = (kind: Outcome['kind']): number => letters.filter((letter) => outcomeOf(letter).kind === kind).length;
  const next = (): string | null => (countOf('pinned') + countOf('retried') > 0 ? 'plexsync process' : null);
  return {
    note: (noted, outcome) => {
      for (const { id } of noted) outcomes.set(id, outcome);
    },
    isOpen: ({ id }) => !outcomes.has(id),
    words: () => {
      const counts = KINDS.map((kind) => [kind, countOf(kind)] as const).filter(([, count]) => count > 0);
      const sentence = `Dead letters: ${counts.map(([kind, count]) => `${count} ${kind}`).join(', ')}.`;
      return next() === null ? sentence : `${sentence}\nNext: ${next()}`;
    },
    document: () => {
      const counts = Object.fromEntries(KINDS.map((kind) => [kind, countOf(kind)])) as Record<Outcome['kind'], number>;
      return { ...counts, letters: letters.map((letter) => letterDocument(letter, outcomeOf(letter))), next: next() };
    },
  };
}

function letterDocument(
  { id, scene_id, error_type }: DeadLetter,
  outcome: Outcome,
): LetterResolveDocument['letters'][number] {
  const brief = { id, scene_id, error_type, outcome: outcome.kind };
  return outcome.kind === 'pinned' ? { ...brief, rating_key: outcome.ratingKey } : brief;
}
