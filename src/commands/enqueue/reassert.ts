import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ReassertField } from '../../core/model/reassert.ts';
import { reassertWords } from '../../core/model/reassert.ts';
import { openStoresToRead } from '../../queue/store/stores.ts';
import { serverWords } from '../../queue/tables/server-state.ts';
import type { Confirmation } from '../../terminal/confirm.ts';
import { confirm } from '../../terminal/confirm.ts';
import type { Context } from '../shared/context.ts';

/** Scenes of which a person wants fields back from Plex. */
export type Reassertion = {
  readonly fields: readonly ReassertField[];
  readonly scenes: number;
  readonly confirmed: 'yes' | 'ask';
};

/**
 * Asks before people's edits of more than one scene are overwritten in Plex, naming how many and on which server.
 * @throws {UsageError} when there is no terminal and `--yes` was not given.
 */
export async function confirmReassert(
  { fields, scenes, confirmed }: Reassertion,
  { dataDir, streams }: Pick<Context, 'dataDir' | 'streams'>,
): Promise<Confirmation> {
  if (scenes < 2) return 'yes';
  const count = scenes.toLocaleString('en');
  const question = `Take ${reassertWords(fields)} of ${count} scenes back from Plex${knownServer(dataDir)}, over what was edited there (queue of ${dataDir.path})?`;
  return await confirm(question, { yes: confirmed === 'yes', streams });
}

/** The end of a question about scenes whose fields are taken back too. */
export function takeBackWords(fields: readonly ReassertField[], server: string): string {
  return `, and take ${reassertWords(fields)} back from Plex${server}, over what was edited there`;
}

/** ` (Plex server X)` where one is known. Nothing is created before a person has answered. */
export function knownServer(dataDir: Context['dataDir']): string {
  if (!existsSync(join(dataDir.path, 'queue.db'))) return '';
  const stores = openStoresToRead(dataDir);
  try {
    return serverWords(stores.queueDb);
  } finally {
    stores.close();
  }
}
