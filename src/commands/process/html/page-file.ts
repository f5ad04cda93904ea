import { closeSync, lstatSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../../../core/model/errors.ts';
import { whyNotWritten } from '../../../settings/file-errors.ts';

/** A page that grows while the run goes on, in files beside its own. */
export type PageFile = {
  /** Adds a scene, among those that come first or among the others. */
  add(where: 'first' | 'rest', html: string): void;
  /** Puts the page together and in its place: nobody ever reads half of it. */
  finish(head: string, tail: string): void;
  /** Takes all of it away; harmless once it is finished. */
  discard(): void;
};

/**
 * Opens a page beside the file it will be; only its owner may read it. A plain file that is there is replaced at the
 * end.
 * @throws {UsageError} when it cannot be written there, or something else than a plain file is there.
 */
export function openPageFile(file: string): PageFile {
  const path = resolve(file);
  const draft = createDraft(path);
  const safely = <T>(action: () => T): T => {
    try {
      return action();
    } catch (thrown) {
      draft.discard();
      if (thrown instanceof UsageError) throw thrown;
      const why = whyNotWritten(thrown);
      throw new UsageError(`The page cannot be written to ${file}: ${why}.`, 'Give a file in a folder of yours.');
    }
  };
  safely(() => refuseOther(path, file));
  safely(draft.open);
  return {
    add: (where, html) => safely(() => draft.add(where, html)),
    finish: (head, tail) =>
      safely(() => {
        draft.assemble(head, tail);
        refuseOther(path, file);
        draft.commit();
      }),
    discard: draft.discard,
  };
}

function refuseOther(path: string, file: string): void {
  if (file === '') throw new UsageError('--html is empty.', 'Give the file to write the page to.');
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there !== undefined && !there.isFile())
    throw new UsageError(`${file} is no plain file; it was left as it is.`, 'Give another name.');
}

const OWNER_ONLY = 0o600;
/** So much is kept before it is written: one write for many scenes. */
const CHUNK_LENGTH = 65_536;
const COPY_BYTES = 1_048_576;

function createDraft(path: string) {
  // Hidden, and no *.html: whoever opens the pages of a folder must not see a half of one.
  const nameOf = (part: string): string => join(dirname(path), `.${basename(path)}.${process.pid}.${part}`);
  const parts = { first: partAt(nameOf('first')), rest: partAt(nameOf('rest')) };
  const whole = partAt(nameOf('new'));
  const all = [parts.first, parts.rest, whole];
  return {
    open: () => {
      for (const part of all) part.open();
    },
    add: (where: keyof typeof parts, html: string) => parts[where].add(html),
    assemble: (head: string, tail: string) => {
      whole.add(head);
      for (const part of [parts.first, parts.rest]) {
        part.close();
        whole.append(part.path);
      }
      whole.add(tail);
      whole.close();
    },
    commit: () => {
      renameSync(whole.path, path);
      for (const part of all) part.remove();
    },
    discard: () => {
      for (const part of all) part.remove();
    },
  };
}

function partAt(path: string) {
  let fd: number | undefined;
  let kept = '';
  let isMade = false;
  const writeAll = (bytes: Uint8Array): void => {
    for (let at = 0; at < bytes.length && fd !== undefined; ) at += writeSync(fd, bytes, at);
  };
  const flush = (): void => {
    writeAll(Buffer.from(kept));
    kept = '';
  };
  const shut = (): void => {
    if (fd !== undefined) closeSync(fd);
    fd = undefined;
  };
  return {
    path,
    open: (): void => {
      // Left behind by a process of this number that was killed.
      rmSync(path, { force: true });
      fd = openSync(path, 'wx', OWNER_ONLY);
      isMade = true;
    },
    add: (text: string): void => {
      kept += text;
      if (kept.length >= CHUNK_LENGTH) flush();
    },
    append: (other: string): void => {
      flush();
      const from = openSync(other, 'r');
      try {
        const buffer = Buffer.alloc(COPY_BYTES);
        for (let read = readSync(from, buffer); read > 0; read = readSync(from, buffer))
          writeAll(buffer.subarray(0, read));
      } finally {
        closeSync(from);
      }
    },
    close: (): void => {
      flush();
      shut();
    },
    remove: (): void => {
      shut();
      if (isMade) rmSync(path, { force: true });
    },
  };
}
