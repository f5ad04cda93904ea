import * as z from 'zod/mini';
import { cleanLine } from '../core/model/text.ts';
import { parseJson } from '../http/json-body.ts';

const envelope = z.object({
  data: z.nullish(z.record(z.string(), z.unknown())),
  errors: z.nullish(
    z.array(
      z.object({
        message: z.string(),
        path: z.nullish(z.array(z.union([z.string(), z.number()]))),
        extensions: z.nullish(z.object({ code: z.optional(z.string()) })),
      }),
    ),
  ),
});

/** One complaint of the server about a query. */
export type GraphqlError = {
  /** On one line, cut: a server may quote the whole query. */
  readonly message: string;
  /** The part of the query it is about; absent when it is about the whole. */
  readonly alias: string | undefined;
  /** That the query does not fit the server's schema, or that carrying it out failed. */
  readonly kind: 'misfit' | 'failure';
};

/** What a GraphQL server answers: data, complaints, or some of both. */
export type Envelope = {
  readonly data: Readonly<Record<string, unknown>> | undefined;
  readonly complaints: readonly GraphqlError[];
};

const MISFITS: readonly (string | undefined)[] = ['GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_PARSE_FAILED'];

/** The body of an answer, opened; `undefined` when it is none of GraphQL's. */
export function openEnvelope(body: string): Envelope | undefined {
  const parsed = z.safeParse(envelope, parseJson(body));
  if (!parsed.success) return undefined;
  const { data, errors } = parsed.data;
  if (!data && !errors?.length) return undefined;
  return {
    data: data ?? undefined,
    complaints: (errors ?? []).map(({ message, path, extensions }) => ({
      message: cleanLine(message),
      alias: path?.[0] === undefined ? undefined : String(path[0]),
      kind: MISFITS.includes(extensions?.code) ? 'misfit' : 'failure',
    })),
  };
}

/** The first complaint in a body, if there is one. */
export function complaintIn(body: string): string | undefined {
  return openEnvelope(body)?.complaints[0]?.message;
}
