import { otherFileOf } from '../../match/scene-files.ts';
import { asSyncError } from '../../model/errors.ts';
import type { OtherFile } from '../../model/scene-record.ts';
import { MOST_OTHERS } from '../../model/scene-record.ts';
import type { Resolved } from '../ports/stages.ts';
import type { FileFinder } from '../servers/file-finder.ts';
import type { PlexGuard } from '../servers/plex-guard.ts';

type Uses = {
  readonly finder: Pick<FileFinder, 'expect' | 'look'>;
  readonly guard: Pick<PlexGuard, 'fault' | 'halted' | 'isTimeUp'>;
};

/**
 * Finds which items hold the other files of scenes that have several, for a person to see. They are looked for when they
 * change, such as after a merge in Stash. A failure only ends this step: the next sync looks again.
 */
export async function findOthers(batch: readonly Resolved[], context: Uses): Promise<readonly Resolved[]> {
  const known = batch.map((work) => ({ ...work, others: work.others ?? rememberedOf(work) }));
  const open = known.filter(({ others }) => others === undefined);
  if (open.length === 0) return known;
  const found = await lookForAll(open, context);
  return known.map((work) => ({ ...work, others: work.others ?? found.get(work.job.id) }));
}

/** What needs no look: one file, or the files of the last sync. */
function rememberedOf(work: Resolved): readonly OtherFile[] | undefined {
  const paths = pathsOf(work);
  if (paths.length === 0) return [];
  const before = work.record?.others ?? [];
  const isSame = before.length === paths.length && before.every(({ path }) => paths.includes(path));
  return isSame ? before : undefined;
}

function pathsOf(work: Resolved): readonly string[] {
  return othersOf(work).map(({ path }) => path);
}

function othersOf({ file, files }: Resolved): Resolved['files'] {
  return files.filter(({ path }) => path !== file.path).slice(0, MOST_OTHERS);
}

async function lookForAll(
  batch: readonly Resolved[],
  { finder, guard }: Uses,
): Promise<ReadonlyMap<number, readonly OtherFile[]>> {
  const found = new Map<number, readonly OtherFile[]>();
  try {
    await finder.expect(batch.reduce((count, work) => count + othersOf(work).length, 0));
    for (const work of batch) {
      const others: OtherFile[] = [];
      for (const file of othersOf(work)) {
        if (guard.halted() !== undefined || guard.isTimeUp()) return found;
        const { look } = await finder.look(file, { kind: 'between', sceneId: work.job.sceneId });
        others.push(otherFileOf({ file, match: look.match }));
      }
      found.set(work.job.id, others);
    }
  } catch (thrown) {
    const error = asSyncError(thrown);
    if (error.code === 'unexpected') throw thrown;
    guard.fault(error);
  }
  return found;
}
