import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StoreError, UsageError } from '../../core/model/errors.ts';
import type { Sentence } from '../../core/text/sentence.ts';
import { ours, say } from '../../core/text/sentence.ts';
import type { RestoreDocument } from '../../documents/backup.ts';
import { EXIT } from '../../exit.ts';
import type { BackupFacts } from '../../queue/store/backup/backup-file.ts';
import { readBackup, unpackBackup, writeBackup } from '../../queue/store/backup/backup-file.ts';
import { putInPlace } from '../../queue/store/backup/put-in-place.ts';
import { DLQ_SCHEMA, QUEUE_SCHEMA } from '../../queue/store/migrations.ts';
import type { DataDir } from '../../queue/store/open.ts';
import { openDatabase, prepareDataDir } from '../../queue/store/open.ts';
import { livingHolder } from '../../queue/store/process-locks.ts';
import { inStore } from '../../queue/store/store-errors.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { openStoresToWrite } from '../../queue/store/stores.ts';
import { prepareRuns } from '../../queue/tables/runs.ts';
import { openStores } from '../../queue/work/open-stores.ts';
import type { AskedAnew } from '../../queue/work/restored-queue.ts';
import { settleRestored } from '../../queue/work/restored-queue.ts';
import { isGiven } from '../../settings/is-given.ts';
import { confirm } from '../../terminal/confirm.ts';
import type { Context } from '../shared/context.ts';
import { declined } from '../shared/declined.ts';
import { backupDocument, backupWords, contentWords } from './backup.ts';
import { halfDone } from './half-done.ts';

export type RestoreOptions = {
  readonly file: string;
  readonly confirmed: 'yes' | 'ask';
  readonly configFile: string | undefined;
};

/** Puts a backup in the place of the queue; asks first, and keeps a backup of what was there. */
export async function run(options: RestoreOptions, context: Context): Promise<number> {
  const { dataDir, env, now, streams, output } = context;
  const file = resolve(options.file);
  const facts = readBackup(file);
  const question = `Replace the queue of ${dataDir.path} by ${backupWords(facts)}?`;
  const answer = await confirm(question, { yes: options.confirmed === 'yes', streams });
  if (answer !== 'yes') return declined(answer, context);
  const isKnown = await isGiven('stash_url', { env, dataDir: dataDir.path, configFile: options.configFile });
  prepareDataDir(dataDir, 'create');
  const stash = isKnown ? 'known' : 'unknown';
  const folder = inStore(dataDir.path, () => mkdtempSync(join(dataDir.path, 'restore-')));
  try {
    unpackBackup(file, folder);
    const restored = openStoresToWrite({ path: folder, origin: file });
    try {
      const anew = settleRestored(restored, { stash, now: now() });
      const kept = await replaceQueue(restored, context);
      tell({ file, facts, anew, kept, stash }, output);
    } finally {
      restored.close();
    }
    return EXIT.done;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Keeps a backup of what is there, then replaces it, with nobody writing from the one to the other.
 * @returns the file; `undefined` where there was no queue.
 */
async function replaceQueue(restored: Stores, { dataDir, now, version }: Context): Promise<string | undefined> {
  const isNew = ![QUEUE_SCHEMA, DLQ_SCHEMA].some(({ fileName }) => existsSync(join(dataDir.path, fileName)));
  const present = openPresent(dataDir);
  const kept = isNew ? undefined : join(dataDir.path, `before-restore-${now()}.backup`);
  try {
    await putInPlace(restored, dataDir.path, () => {
      refuseBusy(present);
      if (kept !== undefined) writeBackup(present, kept, { takenAt: now(), version, writers: 'held_off' });
    });
    return kept;
  } catch (thrown) {
    throw thrown instanceof StoreError && thrown.kind === 'half_done' ? halfDone(thrown, kept) : thrown;
  } finally {
    present.close();
  }
}

/** Makes what is not there, readable by its owner alone. */
function openPresent(dataDir: DataDir): Stores {
  openDatabase(dataDir, QUEUE_SCHEMA, { mode: 'create', keep: [QUEUE_SCHEMA, DLQ_SCHEMA] }).close();
  return openStores(dataDir);
}

/** A watch keeps in memory what it read from the queue, and a run would settle jobs that are no longer there. */
function refuseBusy(stores: Stores): void {
  const live = inStore(stores.path, () => prepareRuns(stores.queueDb, stores.path).live());
  const pid = live?.pid ?? livingHolder(stores, 'watch') ?? livingHolder(stores, 'tasks');
  if (pid === undefined) return;
  throw new UsageError(
    `pid ${pid} works on ${stores.path}; nothing was restored.`,
    'Stop it (with systemd or Docker its service), then restore again.',
  );
}

type Restored = {
  readonly file: string;
  readonly facts: BackupFacts;
  readonly anew: AskedAnew;
  readonly kept: string | undefined;
  readonly stash: 'known' | 'unknown';
};

function tell({ file, facts, anew, kept, stash }: Restored, output: Context['output']): void {
  if (output.json) {
    const asked = { jobs: anew.jobs, dead_letters: anew.letters };
    output.resultJson(
      {
        ...backupDocument(file, facts),
        asked_anew: asked,
        lost_taglines: [...anew.lostTaglines],
        kept: kept ?? null,
      } satisfies RestoreDocument,
      2,
    );
    return;
  }
  output.result(`Restored ${backupWords(facts)}.`);
  if (kept !== undefined) output.result(`What was there is in ${kept}.`);
  if (anew.jobs + anew.letters > 0)
    output.result(
      `${contentWords({ waiting: anew.jobs, deadLetters: anew.letters })} had values of then: Stash is asked for them again.`,
    );
  if (anew.lostTaglines.length > 0) output.log('warning', lostTaglinesWords(anew.lostTaglines));
  if (stash === 'unknown' && facts.waiting > 0)
    output.log(
      'warning',
      say`No stash_url is set, so what waits is written as it was then. Look at plexsync queue list before you run plexsync process.`,
    );
  output.result('Next: plexsync reconcile, which enqueues what changed since.');
}

const MOST_NAMED = 20;

function lostTaglinesWords(sceneIds: readonly number[]): Sentence {
  const named = sceneIds.slice(0, MOST_NAMED).join(', ');
  const more = sceneIds.length > MOST_NAMED ? ` and ${sceneIds.length - MOST_NAMED} more` : '';
  const whose =
    sceneIds.length === 1 ? `The tagline of scene ${named} is` : `The taglines of scenes ${named}${more} are`;
  return say`${ours(whose)} dropped, since a later one may be written and Stash has none. Enqueue what still holds again: plexsync enqueue ID --tagline TEXT.`;
}
