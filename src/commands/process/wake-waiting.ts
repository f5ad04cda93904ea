import { wakeIdle } from '../../core/drain/steps/wake.ts';
import { UsageError } from '../../core/model/errors.ts';
import { withoutQuery } from '../../core/text/without-query.ts';
import { createPlexClient } from '../../plex/client.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { prepareServerState } from '../../queue/tables/server-state.ts';
import { openIdleWake } from '../../queue/work/missing.ts';
import { requirePlex } from '../../settings/access.ts';
import type { Context } from '../shared/context.ts';
import { plexOptions } from '../shared/plex-connection.ts';
import { listenForEnd } from '../shared/stop.ts';
import type { DrainRequest } from './queue-run.ts';
import { createRunEvents, maskFor } from './run-events.ts';
import { fingerprintOf } from './token-fingerprint.ts';

/** What a question for new items led to. */
export type Wake = { readonly woken: number; readonly signal: NodeJS.Signals | undefined };

const NOBODY: Wake = { woken: 0, signal: undefined };

/**
 * Asks Plex for those who wait for their file, unless it refused the token or is not configured. A module of its own,
 * because it loads the HTTP client, which a run with nobody waiting never needs.
 */
export async function wakeWaiting(
  stores: Stores,
  { loaded, startedAt }: Pick<DrainRequest, 'loaded' | 'startedAt'>,
  context: Context,
): Promise<Wake> {
  try {
    return await ask(stores, { loaded, startedAt }, context);
  } catch (thrown) {
    // A wrong setting is told by the next drain.
    if (thrown instanceof UsageError) return NOBODY;
    throw thrown;
  }
}

async function ask(
  stores: Stores,
  { loaded, startedAt }: Pick<DrainRequest, 'loaded' | 'startedAt'>,
  context: Context,
): Promise<Wake> {
  const { now, version } = context;
  const servers = prepareServerState(stores.queueDb);
  const clientIdentifier = servers.clientIdentifier();
  const access = requirePlex(loaded);
  const refused = servers.refusal()?.tokenFingerprint;
  if (refused !== undefined && refused === fingerprintOf(access, clientIdentifier)) return NOBODY;
  const { emit } = createRunEvents(context, { run: null, mask: await maskFor(loaded, () => clientIdentifier) });
  const stop = listenForEnd(context.output);
  try {
    const plex = createPlexClient(plexOptions(loaded, { clientIdentifier, version, signal: stop.aborted, now }));
    const woken = await wakeIdle({
      queue: openIdleWake(stores),
      plex,
      // The drain that follows began at the same time.
      now: () => startedAt,
      emit,
      options: { libraries: loaded.settings.plex_library, plexAddress: withoutQuery(access.baseUrl) },
    });
    return { woken, signal: stop.requested() };
  } finally {
    stop.close();
  }
}
