import { isToldToday } from '../../../core/failures/told-today.ts';
import { foreign, say } from '../../../core/text/sentence.ts';
import type { SendResult } from '../../../notify/send.ts';
import type { Stores } from '../../../queue/store/stores.ts';
import { openAlertMemory } from '../../../queue/tables/alert-memory.ts';
import type { Context } from '../context.ts';

/** A notice by its title, and who took it. */
export type Sent = { readonly title: string; readonly results: readonly SendResult[] };

/** Warns of each target that took nothing: once a day, and at once where it took something meanwhile. */
export function tellFailures(
  stores: Stores,
  sent: readonly Sent[],
  { output, now }: Pick<Context, 'output' | 'now'>,
): void {
  const memory = openAlertMemory(stores);
  for (const target of new Set(sent.flatMap(({ results }) => results.map((one) => one.target)))) {
    const key = `notify ${target}`;
    const [failed, ...others] = failuresOf(target, sent);
    if (failed === undefined) {
      memory.forgetComplaints(key, []);
      continue;
    }
    const isKnown = isToldToday(memory.complainedAt(key), now());
    const more = others.length === 0 ? '' : say` and ${others.length} more`;
    const what = say`${foreign(target)} was not told "${foreign(failed.title)}"${more}: ${foreign(failed.failure)}`;
    output.log(isKnown ? 'debug' : 'warning', say`[PlexSync] ${what}`);
    if (!isKnown) memory.noteComplaint(key, now());
  }
}

type Failed = { readonly title: string; readonly failure: string };

function failuresOf(target: string, sent: readonly Sent[]): readonly Failed[] {
  return sent.flatMap(({ title, results }) =>
    results.flatMap((one) =>
      one.target === target && one.failure !== undefined ? [{ title, failure: one.failure }] : [],
    ),
  );
}
