/** One way in which an answer can fail. */
export type Fault =
  /** Not applied. The default body is Plex's HTML error page, and for 503 its maintenance XML. */
  | {
      kind: 'status';
      status: number;
      headers?: Record<string, string>;
      body?: string | Buffer;
      contentType?: string;
    }
  /** The socket is destroyed before any answer; not applied. */
  | { kind: 'drop' }
  /** Applied, then the socket is destroyed. */
  | { kind: 'drop-after' }
  /** The server's side of the connection is closed without an answer; not applied. */
  | { kind: 'half-close' }
  /** Never answered; not applied. The socket stays open until `close()`. */
  | { kind: 'hang' }
  /** Applied; answered as usual once `after` resolves, so that a test decides what happens meanwhile. */
  | { kind: 'late'; after: Promise<void> }
  /** Headers, then endlessly one byte about every 50 ms; not applied. */
  | { kind: 'drip' }
  /** Applied; 200 with half a body. */
  | { kind: 'garbage' }
  /** Applied; the usual answer with its true length, of which only half arrives before the connection ends. */
  | { kind: 'cut' }
  /** Not applied; 200 with this many bytes, which begin and end as a JPEG; `length` tells whether they are announced. */
  | { kind: 'flood'; bytes: number; contentType?: string; length: 'announced' | 'unknown' }
  /** 302; not applied. */
  | { kind: 'redirect'; location: string };

/**
 * What kind of request a URL is; `listing` is GET of a section's items, `item` GET by id, `edit` both PUT forms.
 * `posters` and `arts` are list and upload of an item's images, `poster-select` their selection and its removal,
 * `picture` the bytes of one.
 */
export type Route =
  | 'identity'
  | 'root'
  | 'library'
  | 'sections'
  | 'listing'
  | 'item'
  | 'edit'
  | 'rate'
  | 'posters'
  | 'arts'
  | 'poster-select'
  | 'picture'
  | 'collections'
  | 'refresh'
  | 'activities'
  | 'other';

/** One request as it arrived: `path` without the base path, `query` decoded, `at` epoch ms; `bodyBytes` once read, `status` once answered, `sentBytes` of a flood. */
export type SeenRequest = {
  method: string;
  route: Route;
  path: string;
  query: [string, string][];
  headers: Record<string, string | string[] | undefined>;
  at: number;
  bodyBytes?: number;
  status?: number;
  sentBytes?: number;
};

export type FaultTarget = Route | 'all' | ((request: SeenRequest) => boolean);

/** Holds armed faults; the first armed one that fits a request and has times left is used. */
export function createFaults() {
  let armed: { where: FaultTarget; fault: Fault; left: number }[] = [];
  return {
    arm(where: FaultTarget, fault: Fault, times: number): () => void {
      const entry = { where, fault, left: times };
      armed.push(entry);
      return () => {
        armed = armed.filter((other) => other !== entry);
      };
    },
    take(request: SeenRequest): Fault | undefined {
      const entry = armed.find(({ where, left }) => left > 0 && fits(where, request));
      if (!entry) return undefined;
      entry.left -= 1;
      if (entry.left <= 0) armed = armed.filter((other) => other !== entry);
      return entry.fault;
    },
  };
}

function fits(where: FaultTarget, request: SeenRequest): boolean {
  if (typeof where === 'function') return where(request);
  return where === 'all' || where === request.route;
}
