import { asSyncError } from '../../model/errors.ts';
import type { ScalarField } from '../../model/plex-item.ts';
import type { Delivery, Part, RefusedPart } from '../../write/parts.ts';
import { afterRefusal, firstParts } from '../../write/parts.ts';
import type { DrainContext } from '../drain-context.ts';
import { lockOf } from '../servers/long-requests.ts';
import type { Planned } from './plan.ts';

/**
 * Writes one item: all its edits in one request, and where that is refused, each part in one of its own.
 * @throws {SyncError} what is no fault of the edits; parts that were taken before it have landed.
 */
export async function send(work: Planned, context: DrainContext): Promise<Delivery> {
  const lengthOf = (part: Part): number => context.longRequests.lengthOf(work, part);
  const waiting = [...firstParts(work.plan, lengthOf)];
  const taken: Part[] = [];
  const stands: ScalarField[] = [];
  const refused: RefusedPart[] = [];
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
    const error = await put(part, work, context);
    if (error === undefined) {
      taken.push(part);
      continue;
    }
    const next = afterRefusal(part, error.code, lengthOf);
    switch (next.kind) {
      case 'failed':
        throw error;
      case 'split':
        waiting.unshift(...next.parts);
        break;
      case 'shorter':
        waiting.unshift(next.part);
        break;
      case 'stands':
        stands.push(next.field);
        break;
      case 'refused':
        refused.push({ key: next.key, bytes: lengthOf(part) });
        break;
    }
  }
  tellCut(taken, work, context);
  return { taken, stands, refused };
}

/** Sends one request; answers with the error it failed with. */
async function put(part: Part, work: Planned, { deps, guard, options, longRequests }: DrainContext) {
  const bytes = longRequests.lengthOf(work, part);
  try {
    await guard.ask(() => deps.plex.edit(work.item, part, lockOf(options.rules)));
    longRequests.taken(bytes);
    return undefined;
  } catch (thrown) {
    const error = asSyncError(thrown);
    if (error.code === 'plex_too_long') longRequests.refused(bytes);
    return error;
  }
}

function tellCut(taken: readonly Part[], { plan, job }: Planned, { deps }: DrainContext): void {
  const sent = summaryOf({ fields: taken.flatMap(({ fields }) => fields) });
  if (sent === undefined || sent === summaryOf(plan)) return;
  deps.emit({ kind: 'summary_cut', sceneId: job.sceneId, length: sent.length });
}

function summaryOf({ fields }: Pick<Part, 'fields'>): string | undefined {
  return fields.find(({ field }) => field === 'summary')?.value;
}
