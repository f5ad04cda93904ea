import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';
import { execute, GraphQLError, getOperationAST, Kind, parse, validate } from 'graphql';

/** A request to `/graphql`, parsed but not answered yet. */
export type GraphqlCall = {
  query: string;
  variables: Record<string, unknown>;
  operationName: string | undefined;
  document: DocumentNode | undefined;
  /** The root fields it selects, by name without aliases, with repeats. */
  rootFields: readonly string[];
};

/** An answer of `/graphql`: an invalid query is 422, or 400 for the newer content type. */
export type GraphqlAnswer = { status: number; contentType: string; body: string };

const RESPONSE_JSON = 'application/graphql-response+json';

/** Parses the body of a POST; returns the reason when it is not a GraphQL request. */
export function readCall(body: string): GraphqlCall | { refusal: string } {
  let fields: unknown;
  try {
    fields = JSON.parse(body);
  } catch (error) {
    return { refusal: `json request body could not be decoded: ${(error as Error).message}` };
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    return { refusal: 'json request body could not be decoded: not an object' };
  }
  const { query = '', variables, operationName } = fields as Record<string, unknown>;
  if (typeof query !== 'string' || (variables && (typeof variables !== 'object' || Array.isArray(variables)))) {
    return { refusal: 'json request body could not be decoded: wrong type of query or variables' };
  }
  return callOf(query, { variables: (variables ?? {}) as Record<string, unknown>, operationName });
}

/** Parses the query string of a GET in the same way. */
export function readQueryString(search: URLSearchParams): GraphqlCall | { refusal: string } {
  let variables: unknown = {};
  try {
    variables = JSON.parse(search.get('variables') || '{}');
  } catch {
    return { refusal: 'variables could not be decoded' };
  }
  return callOf(search.get('query') ?? '', {
    variables: variables as Record<string, unknown>,
    operationName: search.get('operationName'),
  });
}

function callOf(
  query: string,
  { variables, operationName }: { variables: Record<string, unknown>; operationName: unknown },
): GraphqlCall {
  const document = parsed(query);
  const operation = document && getOperationAST(document);
  const name = typeof operationName === 'string' && operationName !== '' ? operationName : operation?.name?.value;
  const rootFields = (document?.definitions ?? []).flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? definition.selectionSet.selections.flatMap((field) => (field.kind === Kind.FIELD ? [field.name.value] : []))
      : [],
  );
  return { query, variables, operationName: name, document, rootFields };
}

function parsed(query: string): DocumentNode | undefined {
  try {
    return parse(query);
  } catch (error) {
    if (error instanceof GraphQLError) return undefined;
    throw error;
  }
}

/** Checks a query against the schema and runs it; a resolver's error leaves the status 200 (stash.md 5). */
export function answerCall(
  call: GraphqlCall,
  { schema, root, accept }: { schema: GraphQLSchema; root: unknown; accept: string | undefined },
): GraphqlAnswer {
  const contentType = contentTypeFor(accept);
  const unfit = contentType === RESPONSE_JSON ? 400 : 422;
  if (!call.document) {
    return errorAnswer({ status: unfit, contentType, errors: [parseError(call.query)] });
  }
  const errors = validate(schema, call.document);
  if (errors.length > 0) {
    return errorAnswer({ status: unfit, contentType, errors: errors.map(withCode) });
  }
  const result = execute({
    schema,
    document: call.document,
    rootValue: root,
    variableValues: call.variables,
    operationName: call.operationName,
  }) as ExecutionResult;
  if (result.data === undefined) {
    return errorAnswer({ status: unfit, contentType, errors: (result.errors ?? []).map(withCode) });
  }
  const { data } = result;
  const told = result.errors?.map(({ message, path }) => ({ message, path }));
  return { status: 200, contentType, body: JSON.stringify(told ? { errors: told, data } : { data }) };
}

/** A refusal in the form of every GraphQL answer. */
export function errorAnswer({
  status,
  contentType = 'application/json',
  errors,
}: {
  status: number;
  contentType?: string;
  errors: readonly object[];
}): GraphqlAnswer {
  return { status, contentType, body: JSON.stringify({ errors, data: null }) };
}

/** The first type in `Accept` that the server knows decides (stash.md 5). */
function contentTypeFor(accept: string | undefined): string {
  for (const part of (accept ?? '').split(',')) {
    const type = part.split(';')[0]?.trim().toLowerCase();
    if (type === 'application/json') return 'application/json';
    if (type === '*/*' || type === 'application/*' || type === RESPONSE_JSON) return RESPONSE_JSON;
  }
  return 'application/json';
}

function withCode({ message, locations }: GraphQLError): object {
  return { message, locations, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } };
}

function parseError(query: string): object {
  try {
    parse(query);
  } catch (error) {
    const { message, locations } = error as GraphQLError;
    return { message, locations, extensions: { code: 'GRAPHQL_PARSE_FAILED' } };
  }
  throw new Error('a query that parses was held for one that does not');
}
