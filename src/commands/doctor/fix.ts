import { chmodSync } from 'node:fs';
import { pathMapFlag } from '../../core/match/paths.ts';
import { plainText } from '../../core/text/sentence.ts';
import { openDeadLetterActions } from '../../queue/work/dead-letter-actions.ts';
import { openStores } from '../../queue/work/open-stores.ts';
import { pathMapLine } from '../../settings/change-words.ts';
import { changedText, readConfigText, writeConfigText } from '../../settings/config-file.ts';
import { configFilePath } from '../../settings/file.ts';
import type { LoadedSettings } from '../../settings/load.ts';
import { isOfShell } from '../../settings/load.ts';
import type { Context } from '../shared/context.ts';
import type { Remedy } from './finding.ts';

/** What one fix would do, in words for a person, and how it is done. */
export type Fix = {
  readonly kind: Remedy['kind'];
  /** Asked before it is done. */
  readonly question: string;
  /** @returns what was done. */
  apply(): string | Promise<string>;
};

/** A fix that is not ours to make: the line a person has to put where the value comes from. */
export type Handed = { readonly kind: Remedy['kind']; readonly message: string; readonly command: string };

type Place = {
  readonly loaded: LoadedSettings | undefined;
  readonly configFile: string | undefined;
  readonly context: Context;
};

/** Plans what a remedy takes. */
export function fixFor(remedy: Remedy, place: Place): Fix | Handed {
  switch (remedy.kind) {
    case 'path_map':
      return pathMapFix(remedy, place);
    case 'close':
      return closeFix(remedy);
    case 'heal':
      return healFix(remedy, place.context);
  }
}

function pathMapFix(
  { kind, mappings }: Extract<Remedy, { kind: 'path_map' }>,
  { loaded, configFile, context: { dataDir } }: Place,
): Fix | Handed {
  const origin = loaded?.origins.path_map;
  if (loaded !== undefined && origin !== undefined && isOfShell(origin)) {
    const command = plainText(pathMapLine({ loaded, dataDir }, mappings));
    const message = `path_map comes from ${origin.name}, which counts more than the config file: nothing was written. Say it there: ${command}`;
    return { kind, message, command };
  }
  const path = configFilePath(dataDir.path, configFile);
  const flags = mappings.map(pathMapFlag).join(' ');
  return {
    kind,
    question: `Write ${flags} as path_map into ${path}?`,
    apply: async () => {
      const before = await readConfigText(path);
      writeConfigText(path, changedText(before, [{ key: kind, value: mappings }]), { old: 'kept' });
      return `path_map in ${path} is ${flags}; the file as it was, if there was one, is ${path}.bak`;
    },
  };
}

function closeFix({ kind, path, mode }: Extract<Remedy, { kind: 'close' }>): Fix {
  const shown = mode.toString(8).padStart(4, '0');
  return {
    kind,
    question: `Close ${path} to others (mode ${shown})?`,
    apply: () => {
      chmodSync(path, mode);
      return `${path} has mode ${shown}`;
    },
  };
}

function healFix({ kind, letterIds }: Extract<Remedy, { kind: 'heal' }>, { dataDir, now }: Context): Fix {
  const count = letterIds.length === 1 ? '1 dead letter' : `${letterIds.length} dead letters`;
  return {
    kind,
    question: `Put ${count} back into the queue of ${dataDir.path}?`,
    apply: () => {
      const stores = openStores(dataDir);
      try {
        const actions = openDeadLetterActions(stores);
        const retried = actions.retry(actions.list({ ids: letterIds }), now());
        const put = retried.filter(({ how }) => how === 'queued' || how === 'merged');
        const sceneIds = put.map(({ sceneId }) => sceneId);
        actions.releaseUndone(sceneIds, now());
        return `${put.length} of ${count} put back into the queue: plexsync process tries them again`;
      } finally {
        stores.close();
      }
    },
  };
}
