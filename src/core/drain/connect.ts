import { admission, onProbe } from '../breaker.ts';
import type { SyncError } from '../errors.ts';
import { asSyncError, UsageError } from '../errors.ts';
import { bindingOf, chooseSections, isKnownServer } from '../libraries.ts';
import type { Section } from '../plex-item.ts';
import type { DrainDeps } from '../ports.ts';
import type { Gate } from './gate.ts';
import { answersProbe } from './gate.ts';

/** The libraries to work on, or why there is nothing to work on now. */
export type Connection =
  | { readonly kind: 'connected'; readonly sections: readonly Section[] }
  | { readonly kind: 'halted' }
  | { readonly kind: 'unreachable'; readonly message: string };

/**
 * The first contact of a drain: asks the breaker, reads the libraries (which proves the token) and makes sure that this
 * is the server the data directory belongs to. Touches no job.
 * @throws {UsageError} for a library that is not there, another server, or an address that is no Plex.
 */
export async function connect(deps: DrainDeps, gate: Gate, libraries: readonly string[]): Promise<Connection> {
  const { queue, plex, now } = deps;
  const admitted = admission(queue.breaker(), now());
  if (admitted.kind === 'wait') {
    gate.halt({ kind: 'breaker_open', retryAt: admitted.retryAt, message: 'the circuit breaker is open' });
    return { kind: 'halted' };
  }
  if (admitted.kind === 'probe') {
    const alive = (await answersProbe(plex)) ? 'alive' : 'silent';
    queue.saveBreaker(onProbe(alive, now()));
    if (alive === 'silent') return { kind: 'unreachable', message: 'Plex does not answer' };
    deps.emit({ kind: 'breaker_half_open' });
  }
  let sections: readonly Section[];
  try {
    sections = await gate.ask(() => plex.sections());
    await proveServer(deps, gate, sections);
  } catch (thrown) {
    if (thrown instanceof UsageError) throw thrown;
    return refused(gate, asSyncError(thrown));
  }
  return { kind: 'connected', sections: chooseSections(sections, libraries) };
}

function refused(gate: Gate, error: SyncError): Connection {
  if (error.code === 'unexpected') throw error;
  if (error.code === 'plex_unauthorized') gate.halt({ kind: 'unauthorized', message: error.message });
  else if (error.code === 'plex_forbidden') gate.halt({ kind: 'forbidden', message: error.message });
  else {
    gate.count(error);
    return { kind: 'unreachable', message: error.message };
  }
  return { kind: 'halted' };
}

async function proveServer(deps: DrainDeps, gate: Gate, sections: readonly Section[]): Promise<void> {
  const bound = deps.queue.binding();
  if (bound !== undefined && isKnownServer(bound, sections)) return;
  const { machineIdentifier } = await gate.ask(() => deps.plex.identity());
  if (bound !== undefined && bound.machineIdentifier !== machineIdentifier) {
    throw new UsageError(
      `This data directory belongs to the Plex server ${bound.machineIdentifier}, but plex_url leads to ${machineIdentifier}.`,
      'Correct plex_url, use another --data-dir for the other server, or rebind this one with --adopt-server.',
    );
  }
  deps.queue.bind(bindingOf(machineIdentifier, sections));
}
