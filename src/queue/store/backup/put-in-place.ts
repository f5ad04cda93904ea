import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { StoreError } from '../../../core/model/errors.ts';
import { DLQ_SCHEMA, QUEUE_SCHEMA } from '../migrations.ts';
import type { Db } from '../open.ts';
import { inStore } from '../store-errors.ts';
import type { Stores } from '../stores.ts';

const TRY_EVERY_MS = 50;
const MOST_TRIES = 100;

const NO_PAGES = 0;
const ALL_PAGES = 0x7f_ff_ff_ff;

type Letters = { readonly kind: 'waiting' | 'done' } | { readonly kind: 'failed'; readonly thrown: unknown };

/**
 * Copies both restored databases over those of `dataDir`, page by page in one transaction each: a command that has the
 * queue open sees the old or the new one. `whileHeld` is called once nobody else can write, before anything is changed;
 * what it throws leaves all as it was.
 * @throws {StoreError} of the kind `half_done` when the letters are the restored ones and the queue is not.
 */
export async function putInPlace(
  restored: Pick<Stores, 'queueDb' | 'dlqDb'>,
  dataDir: string,
  whileHeld: () => void,
): Promise<void> {
  let letters: Letters | undefined;
  const copyLetters = async (): Promise<void> => {
    try {
      await copyOver(restored.dlqDb, join(dataDir, DLQ_SCHEMA.fileName), () => ALL_PAGES);
      letters = { kind: 'done' };
    } catch (thrown) {
      letters = { kind: 'failed', thrown };
    }
  };
  try {
    // The queue's lock is taken before its first page is written, and held until all are.
    await copyOver(restored.queueDb, join(dataDir, QUEUE_SCHEMA.fileName), () => {
      if (letters === undefined) {
        whileHeld();
        letters = { kind: 'waiting' };
        void copyLetters();
      }
      if (letters.kind === 'failed') throw letters.thrown;
      return letters.kind === 'done' ? ALL_PAGES : NO_PAGES;
    });
  } catch (thrown) {
    if (!(thrown instanceof StoreError) || letters?.kind !== 'done') throw thrown;
    throw new StoreError(thrown.message, thrown.hint, 'half_done');
  }
}

/** `pagesNext` is asked once the file is locked, and again after each part. */
async function copyOver(from: Db, file: string, pagesNext: () => number): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const { totalPages } = await copyOnce(from, file, pagesNext);
    if (totalPages > 0) return;
    // Another process was writing, which this copy does not wait for.
    await after(TRY_EVERY_MS);
  }
  throw new StoreError(
    `${file} is locked by another program.`,
    'Close the program that holds it, then run again.',
    'locked',
  );
}

async function copyOnce(from: Db, file: string, pagesNext: () => number): Promise<{ readonly totalPages: number }> {
  try {
    return await from.backup(file, { progress: pagesNext });
  } catch (thrown) {
    return inStore(file, () => {
      throw thrown;
    });
  }
}
