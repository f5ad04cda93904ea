import type { HttpAnswer } from '../http/transport.ts';
import { createTransport } from '../http/transport.ts';

export type PostRequest = {
  readonly url: string;
  readonly message: Readonly<Record<string, unknown>>;
  /** Until the whole answer is there. */
  readonly patienceMs: number;
  now(): number;
};

/** Posts a message as JSON; returns why it was not taken, in words without the address, whose path may be a key. */
export async function post({ url, message, patienceMs, now }: PostRequest): Promise<string | undefined> {
  const { origin, pathname, search, searchParams } = new URL(url);
  const topic = searchParams.get('topic');
  const signal = AbortSignal.timeout(patienceMs);
  const { send } = createTransport({
    ...{ baseUrl: origin, trust: { certificates: 'verified', ca: undefined } },
    headers: {
      Accept: '*/*',
      'Content-Type': 'application/json',
      ...loginOf(url),
      ...(topic === null ? NTFY_TEMPLATES : {}),
    },
    ...{ connectTimeoutMs: patienceMs, readTimeoutMs: patienceMs, signal, now },
  });
  const body = JSON.stringify(topic === null ? message : { ...message, topic });
  const answer = await send({ method: 'POST', target: `${pathname}${search}`, body });
  if (answer.kind === 'answer') return refusalOf(answer);
  return signal.aborted ? `it did not answer within ${patienceMs / 1_000} s` : answer.reason;
}

/**
 * ntfy takes the body that is posted to a topic as the text itself, unless these make it a template (since 2.10). At its
 * root it takes JSON with the topic in it. Nobody else looks at them.
 */
const NTFY_TEMPLATES = { 'X-Template': 'yes', 'X-Title': '{{.title}}', 'X-Message': '{{.message}}' } as const;

function refusalOf({ status, redirect }: HttpAnswer): string | undefined {
  if (status >= 200 && status < 300) return undefined;
  return `it answered ${status}${redirect === undefined ? '' : `, which leads to ${redirect.to} and is not followed`}`;
}

function loginOf(url: string): Readonly<Record<string, string>> {
  const { username, password } = new URL(url);
  if (username === '' && password === '') return {};
  const login = `${decoded(username)}:${decoded(password)}`;
  return { Authorization: `Basic ${Buffer.from(login).toString('base64')}` };
}

/** A password may hold a `%` that encodes nothing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (thrown) {
    if (thrown instanceof URIError) return part;
    throw thrown;
  }
}
