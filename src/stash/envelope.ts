import * as z from 'zod/mini';
import { cleanLine } from '../core/text/text.ts';
import { parseJson } from '../http/json-body.ts';
import { madeOnce } from '../http/made-once.ts';

const envelope = madeOnce(() =>
  z.object({
    data: z.nullish(z.record(z.string(), z.unknown())),
    errors: z.nullish(
      z.array(
        z.object({
          message: z.catch(z.string(), 'no reason given'),
          path: z.nullish(z.array(z.union([z.string(), z.number()]))),
          extensions: z.nullish(z.object({ code: z.optional(z.string()) })),
        }),
      ),
    ),
  }),
);

/** One error of the server about a query. */
export type GraphqlError = {
  /** On one line and cut: a server may quote the whole query. */
  readonly message: string;
  /** The part of the query it refers to; absent when it refers to the whole. */
  readonly alias: string | undefined;
  /** `misfit`: the query does not fit the server's schema; `failure`: running it failed. */
  readonly kind: 'misfit' | 'failure';
};

/** A GraphQL answer: data, errors, or some of both. */
export type Envelope = {
  readonly data: Readonly<Record<string, unknown>> | undefined;
  readonly complaints: readonly GraphqlError[];
};

const MISFITS: readonly (string | undefined)[] = ['GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_PARSE_FAILED'];

/** Parses the body of a GraphQL answer; `undefined` when it is not one. */
export function openEnvelope(body: string): Envelope | undefined {
  const parsed = z.safeParse(envelope(), parseJson(body));
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

/** The first error in a body, if any. */
export function complaintIn(body: string): string | undefined {
  return openEnvelope(body)?.complaints[0]?.message;
}
