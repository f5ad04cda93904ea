import type { DueNotice } from '../../../core/failures/notices.ts';
import { decideNotices, NOTHING_TOLD } from '../../../core/failures/notices.ts';
import { StoreError, saidBy } from '../../../core/model/errors.ts';
import { say } from '../../../core/text/sentence.ts';
import type { Stores } from '../../../queue/store/stores.ts';
import { openNoticeMemory } from '../../../queue/tables/notices.ts';
import type { Context } from '../context.ts';
import type { NoticeDetails } from './message.ts';
import type { NotifySettings } from './targets.ts';
import type { Sent } from './tell-failures.ts';

type Telling = Pick<Context, 'output' | 'now'>;

/**
 * Tells of new dead letters, of what stops writing, of an outage of more than an hour, and of its end, where that is
 * set: the same once a day. Whatever goes wrong is a warning, and what nobody took is sent again by a later run.
 */
export async function tellElsewhere(stores: Stores, settings: NotifySettings, context: Telling): Promise<void> {
  try {
    await tellWhatIsDue(stores, settings, context);
  } catch (thrown) {
    if (!(thrown instanceof StoreError)) throw thrown;
    context.output.log('warning', say`[PlexSync] What is told elsewhere cannot be remembered: ${saidBy(thrown)}`);
  }
}

async function tellWhatIsDue(stores: Stores, settings: NotifySettings, context: Telling): Promise<void> {
  const { now } = context;
  const store = openNoticeMemory(stores);
  const told = store.read() ?? NOTHING_TOLD;
  const due = decideNotices(store.standing(told.lastLetter, now()), told);
  if (due.length === 0) return;
  const isNamed = settings.notify_details && !settings.obfuscate_paths;
  const details = isNamed ? { letters: store.newest(told.lastLetter) } : undefined;
  const sent = await Promise.all(due.map(async ({ notice }) => await send(notice, details, { settings, now })));
  const isTaken = sent.map(({ results }) => results.some(({ failure }) => failure === undefined));
  const memory = due.reduce((soFar, { remember }, index) => (isTaken[index] ? remember(soFar) : soFar), told);
  store.save({ ...memory, failedAt: isTaken.includes(false) ? now() : undefined });
  const { tellFailures } = await import('./tell-failures.ts');
  tellFailures(stores, sent, context);
}

async function send(
  notice: DueNotice['notice'],
  details: NoticeDetails | undefined,
  { settings, now }: Pick<Telling, 'now'> & { readonly settings: NotifySettings },
): Promise<Sent> {
  // Loaded where somebody is told: an idle run tells nobody.
  const [{ messageOf }, { sendNotice }] = await Promise.all([
    import('./message.ts'),
    import('../../../notify/send.ts'),
  ]);
  const message = messageOf(notice, now(), details);
  const targets = { urls: settings.notify_url, command: settings.notify_command };
  return { title: message.title, results: await sendNotice(message, targets, { now }) };
}
