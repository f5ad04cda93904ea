import { pinCommand } from '../../core/match/pin.ts';
import { foreign, plainText, say } from '../../core/text/sentence.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import type {
  BriefLetterDocument,
  LetterPurgeDocument,
  LetterRetryDocument,
  RetriedLetterDocument,
} from '../../documents/letter.ts';
import { EXIT } from '../../exit.ts';
import { openPreviewStores } from '../../queue/store/preview-stores.ts';
import { openStoresToRead } from '../../queue/store/stores.ts';
import type { DeadLetter } from '../../queue/tables/dead-letters/letter.ts';
import { letterChoicesOf, letterDataOf, letterPathOf } from '../../queue/tables/dead-letters/letter.ts';
import type { Retried } from '../../queue/work/dead-letter-actions.ts';
import { openStores } from '../../queue/work/open-stores.ts';
import { confirm } from '../../terminal/confirm.ts';
import type { Output } from '../../terminal/log/output.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import { renderTable } from '../../terminal/table.ts';
import { localTime, relativeTime } from '../../terminal/time.ts';
import type { Context } from '../shared/context.ts';
import { declined } from '../shared/declined.ts';
import { letterDocument, warnOfDamage } from '../shared/letter-document.ts';
import { tellNextRun } from '../shared/next-run.ts';
import { cureFor } from './cures.ts';
import { withDeadLetters } from './open-letters.ts';
import { countOf, coveredWords, isPutBack, putBack } from './put-back.ts';
import type { Selection } from './selection.ts';
import { noLettersWords, selectToChange, selectToRead } from './selection.ts';

type Asked = { readonly selection: Selection; readonly yes: boolean; readonly dryRun?: boolean };

/** Lists dead letters, newest first. */
export async function list({ selection }: { readonly selection: Selection }, context: Context): Promise<number> {
  return await withDeadLetters(context, openStoresToRead, (actions) => {
    const letters = selectToRead(actions, selection, context.now());
    const { output } = context;
    if (output.json) output.resultJson(letters.map(letterDocument), 2);
    else if (letters.length === 0) output.result(noLettersWords(actions, selection));
    else output.result(`${headOf(letters, output)}${letterTable(letters, { output, now: context.now() })}`);
    for (const letter of letters) warnOfDamage(letter, context);
    return EXIT.done;
  });
}

/** Shows one whole letter, and what can be done about it. */
export async function show({ id }: { readonly id: string }, context: Context): Promise<number> {
  const selection = { ids: [id], errorType: undefined, scene: undefined, all: false };
  return await withDeadLetters(context, openStoresToRead, (actions) => {
    for (const letter of selectToRead(actions, selection, context.now())) {
      if (context.output.json) context.output.resultJson(letterDocument(letter), 2);
      else context.output.result(letterText(letter));
      warnOfDamage(letter, context);
    }
    return EXIT.done;
  });
}

/** Puts letters back into the queue; asks first when there are several. */
export async function retry({ selection, yes, dryRun = false }: Asked, context: Context): Promise<number> {
  return await withDeadLetters(context, dryRun ? openPreviewStores : openStores, async (actions) => {
    const { output } = context;
    const letters = selectToChange(actions, selection, { verb: 'retry', now: context.now() });
    if (dryRun) {
      const retried = actions.preview(letters);
      if (output.json)
        output.resultJson({ dry_run: true, retried: retried.map(retriedDocument) } satisfies LetterRetryDocument);
      else
        output.result(`${tableAbove(letters, { output, now: context.now() })}${retriedText(retried, 'would be put')}`);
      return retryExitCode(retried, context);
    }
    const question = `Put ${countOf(letters.length)} back into the queue of ${context.dataDir.path}${actions.serverName()}?`;
    const answer = letters.length > 1 ? await confirm(question, { yes, streams: context.streams }) : 'yes';
    if (answer !== 'yes') return declined(answer, context);
    const retried = putBack(actions, letters, context.now());
    if (output.json) output.resultJson({ retried: retried.map(retriedDocument) } satisfies LetterRetryDocument);
    else output.result(retriedText(retried, 'put'));
    if (retried.some(isPutBack)) tellNextRun(output);
    return retryExitCode(retried, context);
  });
}

/** Deletes letters for good; always asks. */
export async function purge({ selection, yes, dryRun = false }: Asked, context: Context): Promise<number> {
  return await withDeadLetters(context, dryRun ? openPreviewStores : openStores, async (actions) => {
    const { output } = context;
    const letters = selectToChange(actions, selection, { verb: 'purge', now: context.now() });
    if (dryRun) {
      const document: LetterPurgeDocument = { dry_run: true, purged: letters.length, letters: letters.map(toBrief) };
      if (output.json) output.resultJson(document);
      else
        output.result(
          `${tableAbove(letters, { output, now: context.now() })}${countOf(letters.length)} would be deleted.`,
        );
      return EXIT.done;
    }
    const question = `Delete ${countOf(letters.length)} from ${context.dataDir.path}${actions.serverName()} for good? Their edits will not arrive.`;
    const answer = letters.length > 0 ? await confirm(question, { yes, streams: context.streams }) : 'yes';
    if (answer !== 'yes') return declined(answer, context);
    const purged = actions.purge(letters);
    if (output.json) output.resultJson({ purged } satisfies LetterPurgeDocument);
    else output.result(`${countOf(purged)} deleted.`);
    return EXIT.done;
  });
}

function retriedDocument({ letterId, sceneId, how, fault }: Retried): RetriedLetterDocument {
  return { id: letterId, scene_id: sceneId, how, ...(fault === undefined ? {} : { fault }) };
}

/** Letters that cannot be retried stay in place; this says why. */
function retryExitCode(retried: readonly Retried[], { output }: Context): number {
  const damaged = retried.filter(({ how }) => how === 'damaged');
  for (const { letterId, fault } of damaged) {
    output.log('error', say`Dead letter ${letterId} cannot be tried again: ${foreign(fault ?? '')}.`);
    output.log('error', say`  Mend it in dlq.db, or give it up: plexsync dlq purge ${letterId}`);
  }
  return damaged.length === 0 ? EXIT.done : EXIT.usage;
}

function toBrief({ id, scene_id, error_type }: DeadLetter): BriefLetterDocument {
  return { id, scene_id, error_type };
}

function tableAbove(letters: readonly DeadLetter[], shown: Parameters<typeof letterTable>[1]): string {
  return letters.length === 0 ? '' : `${letterTable(letters, shown)}\n`;
}

/** Says what the table lists; a pipe gets the rows alone. */
function headOf({ length }: readonly DeadLetter[], output: Output): string {
  return output.readerOf('stdout').kind === 'person' ? `${countOf(length)}, newest first:\n` : '';
}

function letterTable(
  letters: readonly DeadLetter[],
  { output, now }: { readonly output: Output; readonly now: number },
): string {
  const reader = output.readerOf('stdout');
  const rows = letters.map((letter) => [
    letter.id,
    letter.scene_id,
    { text: letter.error_type, style: 'bad' as const },
    reader.kind === 'person' ? relativeTime(Date.parse(letter.failed_at), now) : letter.failed_at,
    letter.retry_count,
    letter.error_message,
  ]);
  return renderTable(
    ['ID', 'SCENE', 'ERROR', { name: 'FAILED', rank: 2 }, { name: 'RETRIES', rank: 1 }, 'MESSAGE'],
    rows,
    reader,
  );
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
  const scene = letterDataOf(letter);
  const text = scene === undefined ? letter.job_data : JSON.stringify(scene, null, 2);
  const data = text.split('\n').map(sanitize);
  const trace = letter.stack_trace === null ? [] : ['Stack:', ...letter.stack_trace.split('\n').map(sanitize)];
  return [...lines, 'Data:', ...data, ...trace, '', ...nextSteps(letter)].join('\n');
}

function nextSteps(letter: DeadLetter): readonly string[] {
  const path = letterPathOf(letter);
  return [
    cureFor(letter.error_type, '').advice,
    `Try again: plexsync dlq retry ${letter.id}`,
    ...letterChoicesOf(letter).map(({ rating_key, title, file }) =>
      sanitize(`If it is "${title}" (${file}): ${pinCommand(letter.scene_id, rating_key)}`),
    ),
    ...(path === undefined ? [] : [`See what matches: plexsync match-test ${shellWord(sanitize(path))}`]),
    `Give it up: plexsync dlq purge ${letter.id}`,
  ];
}

function retriedText(retried: readonly Retried[], verb: 'put' | 'would be put'): string {
  const covered = retried.filter(({ how }) => how === 'covered');
  const queued = retried.filter(isPutBack).length;
  return [
    `${countOf(queued)} ${verb} back into the queue.`,
    ...covered.map((one) => plainText(coveredWords(one))),
  ].join('\n');
}
