import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { createTransport } from '../http/transport.ts';

/** What is sent: one JSON object. */
export type NoticeMessage = Readonly<Record<string, unknown>>;

/** Where notices go, as the settings say. */
export type NoticeTargets = { readonly urls: readonly string[]; readonly command: readonly string[] };

/** One target, by what of it may be shown, and why it did not take the message; a program’s words are as it said them. */
export type SendResult = { readonly target: string; readonly failure: string | undefined };

/** A notice is not worth a longer wait. */
const PATIENCE_MS = 5_000;

/** Sends a message everywhere, at once; a target that fails is a value, not an error. */
export async function sendNotice(
  message: NoticeMessage,
  { urls, command }: NoticeTargets,
  now: () => number,
): Promise<readonly SendResult[]> {
  const posted = urls.map(async (url) => ({ target: shownUrl(url), failure: await post(url, message, now) }));
  const [program] = command;
  const run =
    program === undefined ? [] : [runCommand(command, message).then((failure) => ({ target: program, failure }))];
  return await Promise.all([...posted, ...run]);
}

/** Scheme and host alone: path, query and user may hold the key of a webhook. */
export function shownUrl(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

async function post(url: string, message: NoticeMessage, now: () => number): Promise<string | undefined> {
  const { origin, pathname, search, searchParams, username, password } = new URL(url);
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const { send } = createTransport({
    ...{ baseUrl: origin, trust: { certificates: 'verified', ca: undefined } },
    headers: {
      'Content-Type': 'application/json',
      ...(login === ':' ? {} : { Authorization: `Basic ${Buffer.from(login).toString('base64')}` }),
    },
    ...{ connectTimeoutMs: PATIENCE_MS, readTimeoutMs: PATIENCE_MS, signal: AbortSignal.timeout(PATIENCE_MS), now },
  });
  // ntfy takes JSON at its root alone, with the topic in it.
  const topic = searchParams.get('topic');
  const body = JSON.stringify(topic === null ? message : { ...message, topic });
  const answer = await send({ method: 'POST', target: `${pathname}${search}`, body });
  if (answer.kind !== 'answer') return `it did not answer within ${PATIENCE_MS / 1_000} s`;
  return answer.status >= 200 && answer.status < 300 ? undefined : `it answered ${answer.status}`;
}

async function runCommand(
  [program = '', ...args]: readonly string[],
  message: NoticeMessage,
): Promise<string | undefined> {
  const child = spawn(program, args, {
    stdio: ['pipe', 'ignore', 'pipe'],
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<string | undefined>((resolve) => {
    child.on('error', () => resolve('it cannot be started'));
    child.on('close', (code, signal) => {
      if (signal !== null) resolve(`it did not end within ${PATIENCE_MS / 1_000} s`);
      else resolve(code === 0 ? undefined : `it ended with ${code}`);
    });
  });
  // A program that does not read is no failure of ours.
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${JSON.stringify(message)}\n`);
  const [failure, said] = await Promise.all([ended, text(child.stderr).catch(() => '')]);
  const [line = ''] = said.split('\n');
  return failure === undefined || line.trim() === '' ? failure : `${failure}: ${line.slice(0, 200)}`;
}
