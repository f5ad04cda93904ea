import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendCut, sendFlood } from '../odd-answers.ts';
import type { Answer } from './answers.ts';
import { htmlError, maintenance } from './answers.ts';
import type { ServerState } from './call.ts';
import type { createFaults, Fault, SeenRequest } from './faults.ts';
import { parseQuery, plexValue } from './library/query.ts';
import { findEndpoint } from './routes.ts';

/** Decides which requests are authorised and how fast the server is; `latencyMs` and `token` change while it runs. */
export type Settings = {
  token: string;
  readOnlyToken: string | undefined;
  basePath: string;
  latencyMs: number;
  maxTargetBytes: number;
};

const DRIP_MS = 50;
// For browsers, the 401 of the root page redirects to the web client (plex-api.md 1).
const TO_WEB_CLIENT =
  '<script>window.location = window.location.href.match(/(^.+\\/)[^/]*$/)[1] + "web/index.html";</script>';

/** Passes requests from the network to the endpoints and back, records each and applies armed faults. */
export function createExchange({
  state,
  settings,
  faults,
  requests,
}: {
  state: ServerState;
  settings: Settings;
  faults: ReturnType<typeof createFaults>;
  requests: SeenRequest[];
}) {
  const timers = new Set<NodeJS.Timeout>();

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const target = request.url ?? '/';
    const questionMark = target.indexOf('?');
    const fullPath = questionMark < 0 ? target : target.slice(0, questionMark);
    const { basePath } = settings;
    const isOurs = basePath === '' || fullPath === basePath || fullPath.startsWith(`${basePath}/`);
    const path = isOurs ? fullPath.slice(basePath.length) || '/' : fullPath;
    const found = isOurs ? findEndpoint(request.method ?? 'GET', path) : undefined;
    const query = parseQuery(questionMark < 0 ? '' : target.slice(questionMark + 1));
    const seen: SeenRequest = {
      method: request.method ?? 'GET',
      route: found?.endpoint.route ?? 'other',
      path,
      query: query ?? [],
      headers: request.headers,
      at: state.library.now(),
    };
    requests.push(seen);
    const fault = faults.take(seen);

    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      seen.bodyBytes = body.length;
      const decide = (): Answer => {
        if (target.length > settings.maxTargetBytes) return htmlError(414);
        if (query === undefined) return htmlError(400);
        return isOurs ? admitted({ seen, found, body }) : htmlError(404);
      };
      respond({ request, response, seen, fault, decide });
    });
  }

  function admitted({
    seen,
    found,
    body,
  }: {
    seen: SeenRequest;
    found: ReturnType<typeof findEndpoint>;
    body: Buffer;
  }): Answer {
    const token = plexValue(seen, 'X-Plex-Token');
    const isOwner = token === settings.token;
    const isKnown = isOwner || (token !== undefined && token === settings.readOnlyToken);
    if (!isKnown && found?.endpoint.access !== 'anyone') return htmlError(401, seen.path === '/' ? TO_WEB_CLIENT : '');
    if (!found) return htmlError(404);
    if (found.endpoint.access === 'owner' && !isOwner) return htmlError(403);
    const params = decodedGroups(found.groups);
    if (!params) return htmlError(400);
    const { method, query, headers } = seen;
    return found.endpoint.answer(state, { method, params, query, headers, body, format: formatOf(seen), isOwner });
  }

  function respond(exchange: {
    request: IncomingMessage;
    response: ServerResponse;
    seen: SeenRequest;
    fault: Fault | undefined;
    decide: () => Answer;
  }): void {
    const { request, response, seen, fault, decide } = exchange;
    switch (fault?.kind) {
      case 'hang':
        return;
      case 'drop':
        request.socket.destroy();
        return;
      case 'half-close':
        request.socket.end();
        return;
      case 'drop-after':
        decide();
        request.socket.destroy();
        return;
      case 'drip':
        seen.status = 200;
        drip(response, formatOf(seen));
        return;
      case 'garbage': {
        const answer = spoilt(decide(), formatOf(seen));
        later(() => send(response, seen, answer));
        return;
      }
      case 'cut': {
        const { status, body, contentType } = decide();
        seen.status = status;
        sendCut(response, { status, body, headers: { 'Content-Type': contentType } });
        return;
      }
      case 'flood':
        seen.status = 200;
        sendFlood(response, { ...fault, onSent: (bytes) => addSent(seen, bytes) });
        return;
      case 'status':
      case 'redirect':
        later(() => send(response, seen, faultAnswer(fault)));
        return;
      case 'late': {
        const answer = decide();
        void fault.after.then(() => send(response, seen, answer));
        return;
      }
      case undefined: {
        const answer = decide();
        later(() => send(response, seen, answer));
        return;
      }
      default:
        fault satisfies never;
    }
  }

  function later(act: () => void): void {
    if (settings.latencyMs <= 0) {
      act();
      return;
    }
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, settings.latencyMs);
    timers.add(timer);
  }

  function drip(response: ServerResponse, format: 'json' | 'xml'): void {
    response.writeHead(200, { 'Content-Type': format === 'json' ? 'application/json' : 'text/xml;charset=utf-8' });
    response.write(format === 'json' ? '{' : '<');
    const timer = setInterval(() => response.write(' '), DRIP_MS);
    timers.add(timer);
    response.on('close', () => {
      clearInterval(timer);
      timers.delete(timer);
    });
  }

  return {
    handle,
    stopTimers(): void {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

function addSent(seen: SeenRequest, bytes: number): void {
  seen.sentBytes = (seen.sentBytes ?? 0) + bytes;
}

function formatOf({ headers }: SeenRequest): 'json' | 'xml' {
  // Only the exact type counts: for `*/*` Plex sends XML (plex-api.md 11).
  return String(headers['accept'] ?? '').includes('application/json') ? 'json' : 'xml';
}

function decodedGroups(groups: string[]): string[] | undefined {
  try {
    return groups.map((group) => decodeURIComponent(group));
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function faultAnswer(fault: Extract<Fault, { kind: 'status' | 'redirect' }>): Answer {
  if (fault.kind === 'redirect') return { ...htmlError(302), headers: { Location: fault.location } };
  const usual = fault.status === 503 ? maintenance() : htmlError(fault.status);
  return {
    status: fault.status,
    body: fault.body ?? usual.body,
    contentType: fault.contentType ?? usual.contentType,
    headers: fault.headers ?? {},
  };
}

/** The first half of a body; for an empty body, the beginning of a container. */
function spoilt({ body, contentType }: Answer, format: 'json' | 'xml'): Answer {
  if (body.length > 0) return { status: 200, body: body.slice(0, Math.ceil(body.length / 2)), contentType };
  return format === 'json'
    ? { status: 200, body: '{"MediaContainer":{"si', contentType: 'application/json' }
    : { status: 200, body: '<MediaContainer si', contentType: 'text/xml;charset=utf-8' };
}

function send(response: ServerResponse, seen: SeenRequest, answer: Answer): void {
  seen.status = answer.status;
  if (response.destroyed) return;
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  response.writeHead(answer.status, {
    'X-Plex-Protocol': '1.0',
    Date: new Date(seen.at).toUTCString(),
    'Cache-Control': 'no-cache',
    'Content-Type': answer.contentType,
    'Content-Length': body.length,
    ...answer.headers,
  });
  response.end(body);
}
