import { post } from './post.ts';
import { runCommand } from './run-command.ts';

/** What is sent: one JSON object. */
export type NoticeMessage = Readonly<Record<string, unknown>>;

/** Where notices go, as the settings say. */
export type NoticeTargets = { readonly urls: readonly string[]; readonly command: readonly string[] };

/** One target, by what of it may be shown, and why it did not take the message; a program’s words are as it said them. */
export type SendResult = { readonly target: string; readonly failure: string | undefined };

export type SendOptions = {
  now(): number;
  /** How long each target may take; a notice is not worth more than the default. */
  readonly patienceMs?: number;
};

const PATIENCE_MS = 5_000;

/** Sends a message everywhere, at once; a target that fails is a value, not an error. */
export async function sendNotice(
  message: NoticeMessage,
  { urls, command }: NoticeTargets,
  { now, patienceMs = PATIENCE_MS }: SendOptions,
): Promise<readonly SendResult[]> {
  const posted = urls.map(async (url) => ({
    target: shownUrl(url),
    failure: await post({ url, message, patienceMs, now }),
  }));
  const [program] = command;
  const input = `${JSON.stringify(message)}\n`;
  const run =
    program === undefined
      ? []
      : [runCommand(command, { input, patienceMs }).then((failure) => ({ target: program, failure }))];
  return await Promise.all([...posted, ...run]);
}

/** Scheme and host alone: path, query and user may hold the key of a webhook. */
function shownUrl(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
