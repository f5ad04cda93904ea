import type { Fault as WireFault } from '../plex/faults.ts';

/** One way in which an answer can fail: those of the simulated Plex, or a failing resolver. */
export type StashFault =
  | WireFault
  /** Not applied; 200 with `errors` and no data. */
  | { kind: 'errors'; message: string };

/** What kind of request a URL is. */
export type StashRoute = 'graphql' | 'healthz' | 'screenshot' | 'image' | 'login' | 'other';

/**
 * One request as it arrived; the last four fields are for GraphQL requests: `rootFields` without aliases and with
 * repeats.
 */
export type SeenStashRequest = {
  method: string;
  route: StashRoute;
  path: string;
  headers: Record<string, string | string[] | undefined>;
  at: number;
  bodyBytes: number;
  status?: number;
  /** Of a flood. */
  sentBytes?: number;
  query?: string;
  variables?: Record<string, unknown>;
  operationName?: string | undefined;
  rootFields?: readonly string[];
};

/** A route, an operation's name, a root field's name, `all`, or a predicate. */
export type StashFaultTarget = string | ((request: SeenStashRequest) => boolean);

/** Whether a target means this request. */
export function isMeant(where: StashFaultTarget, request: SeenStashRequest): boolean {
  if (typeof where === 'function') return where(request);
  const { route, operationName, rootFields = [] } = request;
  return where === 'all' || where === route || where === operationName || rootFields.includes(where);
}

/** Holds armed faults; the first armed one that fits a request and has times left is used. */
export function createStashFaults() {
  let armed: { where: StashFaultTarget; fault: StashFault; left: number }[] = [];
  return {
    arm(where: StashFaultTarget, fault: StashFault, times: number): () => void {
      const entry = { where, fault, left: times };
      armed.push(entry);
      return () => {
        armed = armed.filter((other) => other !== entry);
      };
    },
    take(request: SeenStashRequest): StashFault | undefined {
      const entry = armed.find(({ where, left }) => left > 0 && isMeant(where, request));
      if (!entry) return undefined;
      entry.left -= 1;
      if (entry.left <= 0) armed = armed.filter((other) => other !== entry);
      return entry.fault;
    },
  };
}
