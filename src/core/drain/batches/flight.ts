import type { DrainDeps } from '../ports/ports.ts';

/** The batches in flight, from when their writes may begin until they are settled. */
export type Flight = {
  size(): number;
  /**
   * Starts the second half of a batch. `settle` applies its ends, once those of the batches before it were applied.
   */
  start<Ended>(write: () => Promise<Ended>, settle: (ended: Ended) => void): void;
  /** Something moved: a write has ended, or a batch. */
  stir(): void;
  /**
   * Waits until `isSo`, asked after a pause whenever something moved.
   * @throws whatever a batch in flight threw.
   */
  until(isSo: () => boolean): Promise<void>;
  /** Waits until one batch more has landed; at once where none is in flight. @throws as `until` does. */
  oneLanded(): Promise<void>;
  /** Waits until no batch is in flight, however each ends. */
  landed(): Promise<void>;
};

/** `pause` lets the lanes go on before more work begins. */
export function createFlight({ pause }: Pick<DrainDeps, 'pause'>): Flight {
  let size = 0;
  let last = Promise.resolve();
  let failure: { readonly thrown: unknown } | undefined;
  let tell: () => void = () => undefined;
  const moved = async (): Promise<void> =>
    await new Promise((resolve) => {
      tell = resolve;
    });
  const stir = (): void => tell();
  const fly = async <Ended>(
    write: () => Promise<Ended>,
    settle: (ended: Ended) => void,
    before: Promise<void>,
  ): Promise<void> => {
    try {
      const ended = await write();
      await before;
      settle(ended);
    } catch (thrown) {
      failure ??= { thrown };
      stir();
    }
    await before;
    size -= 1;
    stir();
  };
  const until: Flight['until'] = async (isSo) => {
    for (;;) {
      await pause();
      if (failure !== undefined) throw failure.thrown;
      if (isSo()) return;
      await moved();
    }
  };
  return {
    size: () => size,
    start: (write, settle) => {
      size += 1;
      last = fly(write, settle, last);
    },
    stir,
    until,
    oneLanded: async () => {
      const before = size;
      await until(() => size === 0 || size < before);
    },
    landed: async () => await last,
  };
}
