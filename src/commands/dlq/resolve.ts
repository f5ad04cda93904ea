import { EXIT, signalExitCode, strongest } from '../../exit.ts';
import { openStoresToRead } from '../../queue/store/stores.ts';
import type { DeadLetter } from '../../queue/tables/dead-letters/letter.ts';
import { loadSettings } from '../../settings/load.ts';
import type { SettingName } from '../../settings/table.ts';
import { openDialogue } from '../../terminal/answers/dialogue.ts';
import type { Reader } from '../../terminal/reader.ts';
import { wrapToWidth } from '../../terminal/width.ts';
import type { Context } from '../shared/context.ts';
import { listenForEnd } from '../shared/stop.ts';
import { tellWarnings } from '../shared/warnings.ts';
import { withDeadLetters } from './open-letters.ts';
import { createTally } from './resolve-tally.ts';
import type { WalkUses } from './resolve-walk.ts';
import { walk } from './resolve-walk.ts';
import type { Selection } from './selection.ts';
import { noLettersWords, selectToRead } from './selection.ts';

export type ResolveOptions = {
  readonly selection: Selection;
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly configFile: string | undefined;
};

/** Goes through dead letters, newest first, and does with each what a key says; nothing is written before the key. */
export async function run({ selection, flags, configFile }: ResolveOptions, context: Context): Promise<number> {
  const { dataDir, env, output, streams } = context;
  const loaded = await loadSettings({ flags, env, dataDir: dataDir.path, configFile });
  tellWarnings(loaded, context);
  const { letters, where, none } = await selected(selection, context);
  const tally = createTally(letters);
  const tell = (): void => {
    if (output.json) output.resultJson(tally.document(), 2);
    else output.result(letters.length === 0 ? none : fitted(tally.words(), output.readerOf('stdout')));
  };
  if (letters.length === 0) {
    tell();
    return EXIT.done;
  }
  const stop = listenForEnd();
  try {
    const dialogue = openDialogue({ streams, stop, isQuiet: output.isQuiet });
    const failures: WalkUses['failures'] = new Set();
    try {
      const end = await walk({ context, loaded, tally, signal: stop.aborted, dialogue, letters, where, failures });
      return end === 'done' ? strongest([...failures]) : signalExitCode(end.signal);
    } finally {
      dialogue.close();
      // However it ended: what was done is done.
      tell();
    }
  } finally {
    stop.close();
  }
}

/** Lines that break between words at a terminal. */
function fitted(text: string, reader: Reader): string {
  if (reader.kind === 'pipe') return text;
  return text
    .split('\n')
    .flatMap((line) => wrapToWidth(line, reader.width))
    .join('\n');
}

type Found = { readonly letters: readonly DeadLetter[]; readonly where: string; readonly none: string };

/** The queue is open only while something is read or done: a person may think for an hour, and it may be replaced. */
async function selected(selection: Selection, context: Context): Promise<Found> {
  return await withDeadLetters(context, openStoresToRead, (actions) => {
    const letters = selectToRead(actions, selection, context.now());
    const where = `${context.dataDir.path}${actions.serverName()}`;
    return { letters, where, none: letters.length === 0 ? noLettersWords(actions, selection) : '' };
  });
}
