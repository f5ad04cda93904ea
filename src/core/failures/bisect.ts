/** What became of one request for many: `halve` asks for each half in its own request, `stop` ends the asking. */
export type PartEnd = 'done' | 'halve' | 'stop';

/**
 * Asks for all ids in one request and, where `ask` says so, for each half in order, until a single id is at fault.
 * @returns the ids that were not asked for, or whose request was the one to stop at.
 */
export async function bisect<Id>(
  ids: readonly Id[],
  ask: (part: readonly Id[]) => Promise<PartEnd>,
): Promise<readonly Id[]> {
  let waiting: readonly (readonly Id[])[] = ids.length === 0 ? [] : [ids];
  for (let part = waiting[0]; part !== undefined; part = waiting[0]) {
    const end = await ask(part);
    if (end === 'stop') return waiting.flat();
    const rest = waiting.slice(1);
    waiting = end === 'halve' && part.length > 1 ? [...halvesOf(part), ...rest] : rest;
  }
  return [];
}

function halvesOf<Id>(ids: readonly Id[]): readonly (readonly Id[])[] {
  const middle = Math.ceil(ids.length / 2);
  return [ids.slice(0, middle), ids.slice(middle)];
}
