import { resolve } from 'node:path';
import type { BackupDocument } from '../../documents/backup.ts';
import { EXIT } from '../../exit.ts';
import type { BackupFacts } from '../../queue/store/backup/backup-file.ts';
import { writeBackup } from '../../queue/store/backup/backup-file.ts';
import { openStores } from '../../queue/work/open-stores.ts';
import { localTime, utcTime } from '../../terminal/time.ts';
import type { Context } from '../shared/context.ts';

/** Writes the queue and its dead letters into one file, whatever runs meanwhile. */
export function run({ file }: { readonly file: string }, context: Context): number {
  const { dataDir, output, now, version } = context;
  const path = resolve(file);
  const stores = openStores(dataDir);
  try {
    const facts = writeBackup(stores, path, { takenAt: now(), version });
    if (output.json) output.resultJson(backupDocument(path, facts), 2);
    else output.result(`Backup of ${dataDir.path} written to ${path}: ${contentWords(facts)}`);
    return EXIT.done;
  } finally {
    stores.close();
  }
}

/** What a backup holds, such as `12 waiting jobs, 3 dead letters`. */
export function contentWords({ waiting, deadLetters }: Pick<BackupFacts, 'waiting' | 'deadLetters'>): string {
  const jobs = waiting === 1 ? '1 waiting job' : `${waiting.toLocaleString('en')} waiting jobs`;
  const letters = deadLetters === 1 ? '1 dead letter' : `${deadLetters.toLocaleString('en')} dead letters`;
  return `${jobs}, ${letters}`;
}

/** When a backup was taken and what it holds. */
export function backupWords(facts: BackupFacts): string {
  return `the backup of ${localTime(facts.takenAt)} (${contentWords(facts)})`;
}

export function backupDocument(file: string, facts: BackupFacts): BackupDocument {
  const { takenAt, version, waiting, deadLetters } = facts;
  return { file, taken_at: utcTime(takenAt), version, waiting, dead_letters: deadLetters };
}
