import { admission, onProbe } from '../../failures/breaker.ts';
import { chooseSections } from '../../match/libraries.ts';
import { leftOutSections } from '../../match/near/left-out.ts';
import type { OtherServer } from '../../match/plex-server.ts';
import { bindingOf, isProven, meetServer, OTHER_SERVER_CURE, otherServerWords } from '../../match/plex-server.ts';
import type { SyncError } from '../../model/errors.ts';
import { asSyncError, UsageError } from '../../model/errors.ts';
import type { Binding, Section } from '../../model/plex-item.ts';
import type { Sentence } from '../../text/sentence.ts';
import { say } from '../../text/sentence.ts';
import type { DrainOptions } from '../ports/drain-options.ts';
import type { DrainDeps } from '../ports/ports.ts';
import type { PlexGuard } from '../servers/plex-guard.ts';
import { answersProbe } from '../servers/plex-guard.ts';

/** The libraries to work on, or why there is nothing to do now. */
export type Connection =
  /** `another`: an earlier token was refused, or its edits were. */
  | {
      readonly kind: 'connected';
      readonly sections: readonly Section[];
      readonly leftOut: readonly Section[];
      readonly token: 'same' | 'another';
    }
  | { readonly kind: 'halted' }
  | { readonly kind: 'unreachable'; readonly message: Sentence };

/** How long a refused token is not tried again, unless it changes: otherwise each cron run would try it in vain. */
const REFUSAL_MS = 15 * 60_000;

const REFUSED_LATELY: Readonly<Record<'unauthorized' | 'forbidden', Sentence>> = {
  unauthorized: say`Plex refused this token, and was not asked again`,
  forbidden: say`Plex did not allow this token to edit, and was not asked again: it is probably not the owner’s`,
};

/**
 * Makes the first contact of a drain: checks the breaker, reads the libraries (which proves the token) and makes sure
 * that this is the server the data directory belongs to. Touches no job.
 * @throws {UsageError} for a library that does not exist, another server, or an address that is not Plex.
 */
export async function connect(deps: DrainDeps, guard: PlexGuard, options: DrainOptions): Promise<Connection> {
  const { queue, plex, now } = deps;
  const refusal = queue.refusal();
  const isSameToken = refusal !== undefined && refusal.tokenFingerprint === options.tokenFingerprint();
  if (isSameToken && now() >= refusal.at && now() < refusal.at + REFUSAL_MS) {
    const { kind = 'unauthorized' } = refusal;
    const refused = { at: refusal.at, askedAgainAt: refusal.at + REFUSAL_MS };
    guard.halt({ kind, message: REFUSED_LATELY[kind], refused });
    return { kind: 'halted' };
  }
  const admitted = await admit(deps, guard, options);
  if (admitted !== undefined) return admitted;
  let sections: readonly Section[];
  let named: Binding | undefined;
  try {
    sections = await guard.ask(() => plex.sections());
    const contact = { sections, address: options.plexAddress, now: now() };
    // Who adopts a server may have it at the old address, with a copy of the old libraries.
    if (options.ifOtherServer === 'adopt' || !isProven(queue.binding(), contact))
      named = bindingOf(await guard.ask(() => plex.identity()), contact);
  } catch (thrown) {
    queue.doubtServer();
    if (thrown instanceof UsageError) throw thrown;
    return afterRefusal(guard, asSyncError(thrown));
  }
  const met = named && meetServer(queue.binding(), named);
  if (met?.kind === 'other' && options.ifOtherServer === 'refuse') {
    queue.doubtServer();
    throw new UsageError(`This ${otherServerWords(met)}.`, OTHER_SERVER_CURE);
  }
  // That the libraries can be read does not show that this token may edit now.
  if (refusal?.kind !== 'forbidden' || !isSameToken) queue.saveRefusal(undefined);
  const token = refusal === undefined || isSameToken ? 'same' : 'another';
  const chosen = chooseSections(sections, options.libraries);
  // Last, so that a run that cannot work forgets nothing.
  if (named !== undefined && met?.kind === 'other') adopt(deps, { ...met, named }, options);
  else if (named !== undefined) queue.bind(named);
  return { kind: 'connected', token, sections: chosen, leftOut: leftOutSections(sections, chosen) };
}

/** Checks the breaker and sends a probe when it is due; returns a connection only when there is nothing more to do. */
async function admit(
  { queue, plex, now, emit }: DrainDeps,
  guard: PlexGuard,
  { tokenFingerprint }: Pick<DrainOptions, 'tokenFingerprint'>,
): Promise<Connection | undefined> {
  const breaker = queue.breaker('plex');
  // Another address may answer, whatever this one did.
  const isOther = breaker.kind === 'open' && breaker.of !== undefined && breaker.of !== tokenFingerprint();
  const admitted = isOther ? ({ kind: 'probe' } as const) : admission(breaker, now());
  if (admitted.kind === 'go') return undefined;
  if (admitted.kind === 'wait') {
    guard.halt({ kind: 'breaker_open', retryAt: admitted.retryAt, message: say`The circuit breaker is open` });
    return { kind: 'halted' };
  }
  const alive = (await answersProbe(plex)) ? 'alive' : 'silent';
  if (guard.halted() !== undefined) return { kind: 'halted' };
  const after = onProbe(alive, now());
  queue.saveBreaker('plex', after.kind === 'open' ? { ...after, of: tokenFingerprint() } : after);
  if (alive === 'silent') return { kind: 'unreachable', message: say`Plex does not answer` };
  emit({ kind: 'breaker_half_open' });
  return undefined;
}

function afterRefusal(guard: PlexGuard, error: SyncError): Connection {
  if (error.code === 'unexpected') throw error;
  if (guard.halted() !== undefined) return { kind: 'halted' };
  if (error.code === 'plex_forbidden') guard.halt({ kind: 'forbidden', message: error.said });
  guard.fault(error);
  if (guard.halted()?.kind === 'forbidden' || guard.halted()?.kind === 'unauthorized') return { kind: 'halted' };
  return { kind: 'unreachable', message: error.said };
}

/** Forgets what was known of the old server, and tells that. */
function adopt(
  { queue, files, emit }: Pick<DrainDeps, 'queue' | 'files' | 'emit'>,
  { bound, met, named }: OtherServer & { readonly named: Binding },
  { mode }: Pick<DrainOptions, 'mode'>,
): void {
  queue.adopt(named);
  files.clear();
  const kind = mode === 'write' ? 'server_adopted' : 'would_adopt_server';
  emit({ kind, from: bound.machineIdentifier, to: met.machineIdentifier });
}
