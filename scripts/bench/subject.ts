import type { Samples, Size } from './figures.ts';
import { MANY } from './figures.ts';

export type BenchSize = {
  readonly size: Size;
  /** How many scenes or items stand for a large library. */
  readonly many: number;
  /** How often each thing is measured, of a full run's number. */
  rounds(full: number): number;
};

/** What is measured together: values of figures, by their ids. */
export type Subject = {
  readonly name: string;
  run(bench: BenchSize): Promise<Samples>;
};

export function benchSize(size: Size): BenchSize {
  return { size, many: MANY[size], rounds: (full) => (size === 'full' ? full : Math.ceil(full / 8)) };
}
