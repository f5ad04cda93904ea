import { UsageError } from '../../core/model/errors.ts';
import type { NotifyDocument } from '../../documents/notify.ts';
import { EXIT } from '../../exit.ts';
import { sendNotice } from '../../notify/send.ts';
import { loadSettings } from '../../settings/load.ts';
import type { SettingName } from '../../settings/table.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import type { Context } from '../shared/context.ts';
import { testMessage } from '../shared/notify/message.ts';
import { hasTargets } from '../shared/notify/targets.ts';
import { tellWarnings } from '../shared/warnings.ts';

export type NotifyOptions = {
  readonly test: 'asked' | 'not_asked';
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly configFile: string | undefined;
};

/** Sends a test to everybody who is told, and says who took it; exit code 1 when somebody did not. */
export async function run({ test, flags, configFile }: NotifyOptions, context: Context): Promise<number> {
  const { dataDir, env, output, now } = context;
  if (test === 'not_asked')
    throw new UsageError('Runs notify by themselves; by hand there is only a test.', 'Give --test.');
  const loaded = await loadSettings({ flags, env, dataDir: dataDir.path, configFile });
  tellWarnings(loaded, context);
  const { notify_url, notify_command } = loaded.settings;
  if (!hasTargets(loaded.settings))
    throw new UsageError(
      'Nobody is to be told: neither notify_url nor notify_command is set.',
      'Set one: plexsync config set notify_url https://ntfy.example.org/plexsync',
    );
  const results = await sendNotice(testMessage(now()), { urls: notify_url, command: notify_command }, { now });
  if (output.json) {
    const told = results.map(({ target, failure }) => ({
      target,
      taken: failure === undefined,
      failure: failure ?? null,
    }));
    output.resultJson({ told } satisfies NotifyDocument, 2);
  } else
    for (const { target, failure } of results)
      output.result(`${sanitize(target)}: ${failure === undefined ? 'taken' : sanitize(failure)}`);
  return results.every(({ failure }) => failure === undefined) ? EXIT.done : EXIT.jobsFailed;
}
