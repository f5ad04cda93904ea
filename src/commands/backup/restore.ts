import { mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StoreError, UsageError } from '../../core/model/errors.ts';
import type { Sentence } from '../../core/text/sentence.ts';
import { asName, ours, say } from '../../core/text/sentence.ts';
import type { RestoreDocument } from '../../documents/backup.ts';
import { EXIT } from '../../exit.ts';
import type { BackupFacts } from '../../queue/store/backup/backup-file.ts';
import { readBackup, unpackBackup } from '../../queue/store/backup/backup-file.ts';
import { prepareDataDir } from '../../queue/store/open.ts';
import { inStore } from '../../queue/store/store-errors.ts';
import { openStoresToRead, openStoresToWrite } from '../../queue/store/stores.ts';
import { prepareServerState } from '../../queue/tables/server-state.ts';
import type { AskedAnew } from '../../queue/work/restored-queue.ts';
import { settleRestored } from '../../queue/work/restored-queue.ts';
import { isGiven } from '../../settings/is-given.ts';
import { confirm } from '../../terminal/confirm.ts';
import { utcTime } from '../../terminal/time.ts';
import type { Context } from '../shared/context.ts';
import { declined } from '../shared/declined.ts';
import { pausedWords } from '../shared/paused.ts';
import { backupDocument, backupWords, contentWords } from './backup.ts';
import type { Replaced } from './replace-queue.ts';
import { replaceQueue } from './replace-queue.ts';

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
  const serverBefore = boundServer(dataDir);
  const folder = inStore(dataDir.path, () => mkdtempSync(join(dataDir.path, 'restore-')));
  try {
    unpackBackup(file, folder);
    const restored = openStoresToWrite({ path: folder, origin: file });
    try {
      const anew = settleRestored(restored, { stash, now: now() });
      const server = prepareServerState(restored.queueDb).binding()?.machineIdentifier;
      const replaced = await replaceQueue(restored, context);
      tell({ file, facts, anew, ...replaced, stash }, output);
      if (serverBefore !== undefined && server !== undefined && server !== serverBefore)
        output.log('warning', otherServerNow(serverBefore, server));
    } finally {
      restored.close();
    }
    return EXIT.done;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The server that the directory belongs to; `undefined` too where its queue cannot be read: it is replaced. */
function boundServer(dataDir: Context['dataDir']): string | undefined {
  try {
    const stores = openStoresToRead(dataDir);
    try {
      return prepareServerState(stores.queueDb).binding()?.machineIdentifier;
    } finally {
      stores.close();
    }
  } catch (thrown) {
    if (thrown instanceof StoreError || thrown instanceof UsageError) return undefined;
    throw thrown;
  }
}

function otherServerNow(before: string, now: string): Sentence {
  return say`The backup is of the Plex server ${asName(now)}, and the data directory belonged to ${asName(before)}: plex_url has to lead to ${asName(now)}, or give plexsync process --adopt-server to bind it again.`;
}

type Restored = Replaced & {
  readonly file: string;
  readonly facts: BackupFacts;
  readonly anew: AskedAnew;
  readonly stash: 'known' | 'unknown';
};

function tell({ file, facts, anew, kept, setAside, pause, stash }: Restored, output: Context['output']): void {
  if (output.json) {
    const asked = { jobs: anew.jobs, dead_letters: anew.letters };
    output.resultJson(
      {
        ...backupDocument(file, facts),
        asked_anew: asked,
        lost_taglines: [...anew.lostTaglines],
        kept: kept ?? null,
        set_aside: [...setAside],
        paused: pause === undefined ? null : { until: pause.until === undefined ? null : utcTime(pause.until) },
      } satisfies RestoreDocument,
      2,
    );
    return;
  }
  output.result(`Restored ${backupWords(facts)}.`);
  if (kept !== undefined) output.result(`What was there is in ${kept}.`);
  if (setAside.length > 0) output.result(`What was there is damaged. It is set aside as ${setAside.join(' and ')}.`);
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
  if (pause !== undefined) output.log('warning', say`Writing is ${ours(pausedWords(pause))}.`);
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
