import { SyncError } from '../core/model/errors.ts';
import { foreign, say } from '../core/text/sentence.ts';
import type { TransportOptions } from '../http/transport.ts';
import { createTransport } from '../http/transport.ts';
import type { GraphqlError } from './envelope.ts';
import { openEnvelope } from './envelope.ts';
import type { ReadPicture } from './pictures.ts';
import { createPictureReader } from './pictures.ts';
import type { Query } from './queries.ts';
import type { Asked } from './translate.ts';
import { notStash, toBodyError, toNoAnswerError, toStatusError } from './translate.ts';

/** The result of a query. */
export type QueryAnswer = {
  readonly data: Readonly<Record<string, unknown>>;
  /** Errors about parts that were allowed to fail; their data is missing. */
  readonly complaints: readonly GraphqlError[];
  /** The server's clock when it answered, epoch ms; absent when it did not say. */
  readonly sentAt: number | undefined;
};

/** What a query is about: `what` completes "Stash answered N while …". */
export type About = Pick<Asked, 'what' | 'request'> & { readonly mayFail?: readonly string[] };

export type StashTransport = {
  /**
   * Sends one query. `mayFail` names parts of it that may fail alone; a failure of any other part fails the query.
   * @throws {SyncError | UsageError}
   */
  ask(query: Query, asked: About): Promise<QueryAnswer>;
  /** Checks whether anything answers at all. @throws {SyncError} `stash_unavailable` */
  probe(): Promise<void>;
  readonly picture: ReadPicture;
};

type StashTransportOptions = Omit<TransportOptions, 'headers'> & { readonly apiKey: string | undefined };

/** Sends requests to Stash; failures come as our error codes. */
export function createStashTransport(options: StashTransportOptions): StashTransport {
  const { baseUrl, apiKey } = options;
  const auth = apiKey === undefined ? 'without_key' : 'with_key';
  // Without this `Accept` the same errors come with a different status (stash.md 5).
  const transport = createTransport({ ...options, headers: { Accept: 'application/json' } });
  const { send } = transport;
  const key: Readonly<Record<string, string>> = apiKey === undefined ? {} : { ApiKey: apiKey };
  const headers = { 'Content-Type': 'application/json', ...key };
  return {
    picture: createPictureReader(transport, { baseUrl, auth, headers: key }),
    ask: async (query, { what, request, mayFail = [] }) => {
      const asked: Asked = { what, request, baseUrl, auth };
      const answered = await send({ method: 'POST', target: '/graphql', headers, body: JSON.stringify(query) });
      if (answered.kind !== 'answer') throw toNoAnswerError(answered, asked);
      if (answered.from === 'plex') throw notStash(baseUrl, 'it says that it is Plex');
      // A server that echoes what it was sent must not bring the key into a message.
      const result =
        apiKey === undefined ? answered : { ...answered, body: answered.body.replaceAll(apiKey, '(hidden)') };
      if (result.status < 200 || result.status >= 300) throw toStatusError(result, asked);
      const opened = openEnvelope(result.body);
      if (opened === undefined) throw toBodyError(result, asked);
      const { data, complaints } = opened;
      const [shared] = complaints.filter(({ alias }) => alias === undefined || !mayFail.includes(alias));
      if (shared !== undefined) throw toComplaintError(shared, asked);
      return { data: data ?? {}, complaints, sentAt: result.sentAt };
    },
    probe: async () => {
      // Stash answers this before it asks for a key (stash.md 4).
      const asked: Asked = { what: say`probing it`, request: 'stash GET health', baseUrl, auth };
      const result = await send({ method: 'GET', target: '/healthz' });
      if (result.kind !== 'answer') throw toNoAnswerError(result, asked);
      if (result.status >= 500) throw toStatusError(result, asked);
    },
  };
}

function toComplaintError({ kind, message }: GraphqlError, { what, request }: Asked): SyncError {
  if (kind === 'misfit')
    return new SyncError('stash_rejected', say`Stash does not understand us while ${what}: ${foreign(message)}`, {
      request,
    });
  return new SyncError('stash_error', say`Stash failed while ${what}: ${foreign(message)}`, { request });
}
