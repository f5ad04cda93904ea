import { decideNotices, NOTHING_TOLD } from '../../../core/failures/notices.ts';
import { foreign, say } from '../../../core/text/sentence.ts';
import type { Stores } from '../../../queue/store/stores.ts';
import { openNoticeMemory } from '../../../queue/tables/notices.ts';
import type { Context } from '../context.ts';
import type { NotifySettings } from './targets.ts';

/**
 * Tells of new dead letters, of what stops writing, of an outage of more than an hour, and of its end, where that is
 * set: the same once a day. A target that fails is a warning, and what nobody took is told again by the next run.
 */
export async function tellElsewhere(
  stores: Stores,
  settings: NotifySettings,
  { output, now }: Pick<Context, 'output' | 'now'>,
): Promise<void> {
  const memory = openNoticeMemory(stores);
  const told = memory.read() ?? NOTHING_TOLD;
  const decided = decideNotices(memory.standing(told.lastLetter, now()), told);
  if (decided.notices.length === 0) {
    if (JSON.stringify(decided.memory) !== JSON.stringify(told)) memory.save(decided.memory);
    return;
  }
  const [{ messageOf }, { sendNotice }] = await Promise.all([
    import('./message.ts'),
    import('../../../notify/send.ts'),
  ]);
  const targets = { urls: settings.notify_url, command: settings.notify_command };
  const taken: boolean[] = [];
  for (const notice of decided.notices) {
    const isNamed = settings.notify_details && notice.kind === 'dead_letters';
    const message = messageOf(notice, now(), isNamed ? memory.newest(told.lastLetter) : undefined);
    const results = await sendNotice(message, targets, { now });
    for (const { target, failure } of results)
      if (failure !== undefined)
        output.log(
          'warning',
          say`[PlexSync] ${foreign(target)} was not told "${foreign(message.title)}": ${foreign(failure)}`,
        );
    taken.push(results.some(({ failure }) => failure === undefined));
  }
  if (taken.every((one) => one)) memory.save(decided.memory);
}
