import type { Charge, Successes } from '../../failures/charge.ts';
import { chargeFor, UNCHARGED_LIMIT, withSuccess } from '../../failures/charge.ts';
import { RETRY_RULES } from '../../failures/retry-policy.ts';
import type { SyncError } from '../../model/errors.ts';
import type { Job } from '../../model/job.ts';
import type { RequestKind } from '../../model/request-kind.ts';
import { say } from '../../text/sentence.ts';
import type { DrainDeps } from '../ports/ports.ts';
import type { DrainQueue, SuccessNews } from '../ports/queue.ts';
import type { PlexGuard } from './plex-guard.ts';

type Failing = Pick<Job, 'sceneId' | 'waited'>;

/** Watches how requests of each kind end, to tell one job's failure from a server that serves nobody. */
export type RequestWatch = {
  /** Notes that a request of this kind succeeded for these jobs. */
  succeeded(kind: RequestKind, jobs: readonly Pick<Job, 'sceneId'>[]): void;
  /** Notes that a job's request failed; stops the asking of Plex after five uncharged failures of one kind in a row. */
  failed(job: Failing, error: SyncError): void;
  /** Who pays for a failure that may pass, by what is known now. */
  chargeFor(job: Failing, error: SyncError): Charge;
  /** What succeeded since the last call, to be stored. */
  takeNews(): SuccessNews;
};

type Uses = Pick<DrainDeps, 'now'> & {
  readonly queue: Pick<DrainQueue, 'successes'>;
  readonly guard: Pick<PlexGuard, 'halt' | 'halted'>;
};

export function createRequestWatch({ queue, now, guard }: Uses): RequestWatch {
  const news = new Map<RequestKind, Successes>();
  /** Uncharged failures of each kind since its last success in this drain. */
  const inARow = new Map<RequestKind, number>();

  const successesOf = (kind: RequestKind): Successes =>
    (news.get(kind) ?? []).reduce(withSuccess, queue.successes(kind));
  const judge: RequestWatch['chargeFor'] = (job, error) => {
    const successes = error.request === undefined ? [] : successesOf(error.request);
    return chargeFor(error, job, { successes, now: now() });
  };

  return {
    succeeded: (kind, jobs) => {
      const at = now();
      // Two scenes are all that is ever remembered, and of one instant any two are as good.
      const latest = jobs.slice(-2).map(({ sceneId }) => ({ sceneId, at }));
      if (latest.length === 0) return;
      inARow.delete(kind);
      news.set(kind, latest.reduce(withSuccess, news.get(kind) ?? []));
    },
    failed: (job, error) => {
      const { request: kind, said } = error;
      if (kind === undefined || RETRY_RULES[error.code].class !== 'transient') return;
      if (judge(job, error).kind === 'attempt') return;
      const count = (inARow.get(kind) ?? 0) + 1;
      inARow.set(kind, count);
      if (count < UNCHARGED_LIMIT || !kind.startsWith('plex') || guard.halted() !== undefined) return;
      guard.halt({ kind: 'failing', message: say`${said}, as for ${count - 1} other jobs before` });
    },
    chargeFor: judge,
    takeNews: () => {
      const taken = new Map(news);
      news.clear();
      return taken;
    },
  };
}
