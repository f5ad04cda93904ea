import { isAxiosError } from 'axios';
import type { Sentence } from '../core/text/sentence.ts';
import { ours, say } from '../core/text/sentence.ts';

/** No connection, or a broken one: an outage, which may pass. `mayWant`: what the address may want instead. */
type Silence = {
  readonly kind: 'silent';
  readonly reason: string;
  readonly mayWant: 'https' | 'other_host' | 'nothing';
};

/** Why a request got no usable answer, in words of a sentence. */
export type NoAnswer =
  | Silence
  /** The certificate is not trusted: no outage that passes, but a setting to change. */
  | { readonly kind: 'distrusted'; readonly reason: string; readonly fault: 'name' | 'other' };

/**
 * Translates a request without an answer. The only function that knows axios, because an AxiosError carries the
 * request's secret in its `config`.
 * @throws unchanged whatever axios did not throw
 */
export function toNoAnswer(thrown: unknown): NoAnswer {
  if (!isAxiosError(thrown)) throw thrown;
  const code = thrown.code ?? '';
  const distrust = DISTRUST[code];
  if (distrust !== undefined)
    return { kind: 'distrusted', reason: distrust, fault: code === OTHER_NAME ? 'name' : 'other' };
  return { kind: 'silent', reason: SILENCE[code] ?? thrown.code ?? 'no connection', mayWant: wantedBy(code) };
}

function wantedBy(code: string): Silence['mayWant'] {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'other_host';
  // A server that speaks https alone closes a connection that begins otherwise.
  return SILENCE[code] === CLOSED ? 'https' : 'nothing';
}

/** What to look at in the setting that has the address, as the end of a sentence; empty for an outage. */
export function wishOf(
  { mayWant }: Pick<Silence, 'mayWant'>,
  { setting, baseUrl }: { readonly setting: string; readonly baseUrl: string },
): Sentence | '' {
  // A host that is not known is a slip in the setting more often than an outage.
  if (mayWant === 'other_host') return say`; check ${ours(setting)}`;
  return mayWant === 'https' && /^http:/i.test(baseUrl) ? say`; it may want https:// in ${ours(setting)}` : '';
}

/** Translates an answer that breaks off while its bytes are read. */
export function toBrokenOff(thrown: unknown): Silence {
  const isLate = isAxiosError(thrown) && thrown.code === 'ERR_CANCELED';
  const reason = isLate ? LATE : 'the answer was cut off';
  return { kind: 'silent', reason, mayWant: 'nothing' };
}

const CLOSED = 'the connection was closed';
const LATE = 'no complete answer in time';
const OTHER_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID';

/** The codes of failed connections, as a person reads them. */
const SILENCE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: CLOSED,
  EPIPE: CLOSED,
  EPROTO: 'it does not speak https',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the host name could not be looked up',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'no connection in time',
  CONNECT_TIMEOUT: 'no connection in time',
  ERR_BAD_RESPONSE: 'the answer was cut off, or larger than we accept',
  ERR_CANCELED: LATE,
};

const DISTRUST: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'it is self-signed',
  UNABLE_TO_GET_ISSUER_CERT: 'who issued it is not known',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'who issued it is not known',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'it cannot be verified',
  [OTHER_NAME]: 'it is for another host',
  CERT_HAS_EXPIRED: 'it has expired',
};
