import { UsageError } from '../../core/model/errors.ts';
import type { PauseDocument } from '../../documents/resume.ts';
import { EXIT } from '../../exit.ts';
import { savePause } from '../../queue/tables/paused.ts';
import { openIntake } from '../../queue/work/intake.ts';
import { openStores } from '../../queue/work/open-stores.ts';
import { parseDurationMs } from '../../settings/duration.ts';
import { utcTime } from '../../terminal/time.ts';
import type { Context } from '../shared/context.ts';
import { pausedWords } from '../shared/paused.ts';

/** Longer is no pause. */
const LONGEST_MS = 365 * 86_400_000;

/** Pauses writing, for a time or until `plexsync resume`; a run under way ends after what it has in flight. */
export function run({ forHowLong }: { readonly forHowLong: string | undefined }, context: Context): number {
  const { dataDir, output, now } = context;
  const until = forHowLong === undefined ? undefined : now() + toPauseMs(forHowLong);
  // Whoever pauses before the first scene means it too.
  openIntake(dataDir).close();
  const stores = openStores(dataDir);
  try {
    savePause(stores, { until });
    if (output.json)
      output.resultJson({ until: until === undefined ? null : utcTime(until) } satisfies PauseDocument, 2);
    else output.result(`Writing is ${pausedWords({ until, why: 'pause' })}. Events are taken in meanwhile.`);
    return EXIT.done;
  } finally {
    stores.close();
  }
}

function toPauseMs(text: string): number {
  const ms = parseDurationMs(text, 'h');
  if (ms !== undefined && ms > 0 && ms <= LONGEST_MS) return ms;
  if (ms === 0)
    throw new UsageError(
      `--for ${text} is no time to pause for.`,
      'Give a duration up to 365d, such as 2h; plexsync resume ends a pause.',
    );
  throw new UsageError(`--for must be a duration up to 365d, such as 2h, not "${text}".`, 'A bare number is in hours.');
}
