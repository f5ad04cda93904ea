import { UsageError } from '../core/errors.ts';
import type { DeadLetter, LetterFilter } from '../queue/dead-letters.ts';
import type { LetterDesk, Retried } from '../queue/letter-desk.ts';
import { openLetterDesk } from '../queue/letter-desk.ts';
import { openStores, openStoresToRead } from '../queue/stores.ts';
import { confirm } from '../terminal/confirm.ts';
import { readerOf } from '../terminal/reader.ts';
import { sanitize } from '../terminal/sanitize.ts';
import { renderTable } from '../terminal/table.ts';
import { localTime } from '../terminal/time.ts';
import type { Context } from './context.ts';

/** Which letters a person named: by id, by filter, or all of them. */
export type Selection = {
  readonly ids: readonly string[];
  readonly errorType: string | undefined;
  readonly scene: string | undefined;
  readonly all: boolean;
};

type Asked = { readonly selection: Selection; readonly yes: boolean };

/** Lists dead letters, newest first. */
export async function list({ selection }: { readonly selection: Selection }, context: Context): Promise<number> {
  return await atDesk(context, openStoresToRead, (desk) => {
    const letters = desk.list(toFilter(selection));
    const { output } = context;
    if (output.json) output.resultJson(letters.map(toDocument), 2);
    else if (letters.length === 0) output.result('No dead letters.');
    else output.result(letterTable(letters));
    return 0;
  });
}

/** Shows one letter whole. */
export async function show({ id }: { readonly id: string }, context: Context): Promise<number> {
  return await atDesk(context, openStoresToRead, (desk) => {
    const [letter] = named(desk, [id]);
    if (letter === undefined) return 0;
    if (context.output.json) context.output.resultJson(toDocument(letter), 2);
    else context.output.result(letterText(letter));
    return 0;
  });
}

/** Puts letters back into the queue; asks first when more than one is meant. */
export async function retry({ selection, yes }: Asked, context: Context): Promise<number> {
  return await atDesk(context, openStores, async (desk) => {
    const letters = select(desk, selection, 'retry');
    const question = `Put ${countOf(letters)} back into the queue of ${context.dataDir.path}${desk.serverName()}?`;
    if (letters.length > 1 && !(await confirm(question, { yes }))) return declined(context);
    const retried = desk.retry(letters, context.now());
    if (context.output.json) context.output.resultJson({ retried: retried.map(toRetriedDocument) });
    else context.output.result(retriedText(retried));
    return 0;
  });
}

/** Deletes letters for good; always asks. */
export async function purge({ selection, yes }: Asked, context: Context): Promise<number> {
  return await atDesk(context, openStores, async (desk) => {
    const letters = select(desk, selection, 'purge');
    const question = `Delete ${countOf(letters)} from ${context.dataDir.path}${desk.serverName()} for good? Their edits will not arrive.`;
    if (letters.length > 0 && !(await confirm(question, { yes }))) return declined(context);
    const purged = desk.purge(letters);
    if (context.output.json) context.output.resultJson({ purged });
    else context.output.result(`${purged === 1 ? '1 dead letter' : `${purged} dead letters`} deleted.`);
    return 0;
  });
}

type AtDesk = (desk: LetterDesk) => number | Promise<number>;

async function atDesk(context: Context, open: typeof openStores, action: AtDesk): Promise<number> {
  const stores = open(context.dataDir);
  try {
    return await action(openLetterDesk(stores));
  } finally {
    stores.close();
  }
}

function declined({ output }: Context): number {
  output.log('info', 'Nothing was changed.');
  return 0;
}

function select(desk: LetterDesk, selection: Selection, verb: string): readonly DeadLetter[] {
  const { ids, errorType, scene, all } = selection;
  const hasFilter = errorType !== undefined || scene !== undefined;
  if (ids.length === 0 && !hasFilter && !all) {
    throw new UsageError(
      `Which dead letters to ${verb} was not said.`,
      `Give their ids (plexsync dlq list shows them), --error-type, --scene or --all.`,
    );
  }
  if (ids.length > 0 && (hasFilter || all)) throw new UsageError('Give ids or filters, not both.');
  return ids.length > 0 ? named(desk, ids) : desk.list(toFilter(selection));
}

function named(desk: LetterDesk, ids: readonly string[]): readonly DeadLetter[] {
  const numbers = ids.map((id) => toId(id, 'dead letter'));
  const letters = desk.list({ ids: numbers });
  const missing = numbers.find((id) => !letters.some((letter) => letter.id === id));
  if (missing !== undefined)
    throw new UsageError(`There is no dead letter ${missing}.`, 'plexsync dlq list shows those there are.');
  return letters;
}

function toFilter({ errorType, scene }: Selection): LetterFilter {
  return { errorType, sceneId: scene === undefined ? undefined : toId(scene, 'scene') };
}

function toId(text: string, what: string): number {
  if (/^[1-9]\d{0,15}$/.test(text)) return Number(text);
  throw new UsageError(`"${text}" is no ${what} id.`, 'An id is a positive whole number.');
}

function toDocument({ job_data, job_key: _key, stamps: _stamps, bare_at: _bareAt, ...letter }: DeadLetter): object {
  return { ...letter, job_data: JSON.parse(job_data) as unknown };
}

function toRetriedDocument({ letterId, sceneId, how }: Retried): object {
  return { id: letterId, scene_id: sceneId, how };
}

function letterTable(letters: readonly DeadLetter[]): string {
  const reader = readerOf('stdout');
  const rows = letters.map((letter) => [
    letter.id,
    letter.scene_id,
    letter.error_type,
    reader.kind === 'person' ? localTime(Date.parse(letter.failed_at)) : letter.failed_at,
    letter.retry_count,
    letter.error_message,
  ]);
  return renderTable(['ID', 'SCENE', 'ERROR', 'FAILED', 'RETRIES', 'MESSAGE'], rows, reader);
}

function letterText(letter: DeadLetter): string {
  const fields: [string, string | number][] = [
    ['Dead letter', letter.id],
    ['Scene', letter.scene_id],
    ['Job', letter.job_id],
    ['Error', letter.error_type],
    ['Message', letter.error_message],
    ['Retries', letter.retry_count],
    ['Failed at', localTime(Date.parse(letter.failed_at))],
  ];
  const lines = fields.map(([name, value]) => `${`${name}:`.padEnd(13)}${sanitize(String(value))}`);
  const data = JSON.stringify(JSON.parse(letter.job_data), null, 2).split('\n').map(sanitize);
  const trace = letter.stack_trace === null ? [] : ['Stack:', ...letter.stack_trace.split('\n').map(sanitize)];
  return [...lines, 'Data:', ...data, ...trace, '', `Try again: plexsync dlq retry ${letter.id}`].join('\n');
}

function retriedText(retried: readonly Retried[]): string {
  const covered = retried.filter(({ how }) => how === 'covered');
  const queued = retried.filter(({ how }) => how === 'queued' || how === 'merged').length;
  const lines = [`${queued === 1 ? '1 dead letter' : `${queued} dead letters`} put back into the queue.`];
  for (const { letterId, sceneId } of covered) {
    lines.push(
      `Dead letter ${letterId} stays: a newer edit of scene ${sceneId} is being written and closes it when it succeeds.`,
    );
  }
  return lines.join('\n');
}

function countOf(letters: readonly DeadLetter[]): string {
  return letters.length === 1 ? '1 dead letter' : `${letters.length} dead letters`;
}
