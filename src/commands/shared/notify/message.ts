import type { Notice } from '../../../core/failures/notices.ts';
import { shortened } from '../../../core/text/shortened.ts';
import { cutAtWord } from '../../../core/text/text.ts';
import type { LetterWords } from '../../../queue/tables/notices.ts';
import { sanitize } from '../../../terminal/sanitize.ts';
import { shortDuration, utcTime } from '../../../terminal/time.ts';

/**
 * What is sent: one JSON object that Apprise API (`title`, `body`, `type`), ntfy (`title`, `message`, `priority`, and
 * `topic` where the address has one), n8n and Home Assistant take.
 */
export type NoticeMessage = {
  readonly event: Notice['kind'] | 'test';
  readonly at: string;
  readonly title: string;
  readonly message: string;
  /** The same as `message`. */
  readonly body: string;
  readonly type: 'info' | 'success' | 'warning' | 'failure';
  /** 1 to 5, as ntfy has it. */
  readonly priority: number;
  readonly details: Readonly<Record<string, unknown>>;
};

/** What may name titles, files and libraries. */
export type NoticeDetails = { readonly letters: readonly LetterWords[] };

/** Words a notice. Without `named` it names no title, no path and no library, since it goes through others' hands. */
export function messageOf(notice: Notice, at: number, named: NoticeDetails | undefined): NoticeMessage {
  const { title, message, type, priority, details } = wordsOf(notice, named);
  return {
    event: notice.kind,
    at: utcTime(at),
    title: `plexsync: ${title}`,
    message,
    body: message,
    type,
    priority,
    details,
  };
}

/** What `plexsync notify --test` sends. */
export function testMessage(at: number): NoticeMessage {
  const message = 'This is a test. You will be told of dead letters, of what stops writing, and of outages.';
  const rest = { body: message, type: 'info', priority: 3, details: {} } as const;
  return { event: 'test', at: utcTime(at), title: 'plexsync: test', message, ...rest };
}

type Words = Pick<NoticeMessage, 'title' | 'message' | 'type' | 'priority' | 'details'>;

function wordsOf(notice: Notice, named: NoticeDetails | undefined): Words {
  switch (notice.kind) {
    case 'dead_letters': {
      const { count, byType } = notice;
      const types = Object.entries(byType).map(([type, number]) => `${number} ${type}`);
      const letters = named?.letters.map(letterLine) ?? [];
      return {
        title: count === 1 ? '1 new dead letter' : `${count.toLocaleString('en')} new dead letters`,
        message: `${types.join(', ')}. Next: plexsync dlq resolve${letters.join('')}`,
        type: 'warning',
        priority: 3,
        details: { by_error_type: byType },
      };
    }
    case 'stopped':
      return {
        title: 'writing is stopped',
        message: `${named === undefined ? STOP_WORDS[notice.code] : sanitize(notice.hint)} Next: plexsync stats`,
        type: 'failure',
        priority: 4,
        details: { code: notice.code },
      };
    case 'outage':
      return {
        title: `${SERVERS[notice.server]} does not answer`,
        message: `Since ${utcTime(notice.since)}. Nothing is lost: what waits is written once it answers.`,
        type: 'failure',
        priority: 4,
        details: { server: notice.server, since: utcTime(notice.since) },
      };
    case 'recovered': {
      const what = notice.what === 'writing' ? 'writing goes on' : `${SERVERS[notice.what]} answers again`;
      return {
        title: what,
        message: `After ${shortDuration(notice.afterMs)}.`,
        type: 'success',
        priority: 3,
        details: { what: notice.what },
      };
    }
  }
}

/** Of a few letters no more than ntfy takes for a message, which is 4 KiB. */
const MOST_SIGNS = 160;

function letterLine({ sceneId, title, message }: LetterWords): string {
  const named = title === undefined ? '' : ` ${shortened(sanitize(title))}`;
  return `\nscene ${sceneId}${named}: ${cutAtWord(sanitize(message), MOST_SIGNS)}`;
}

const SERVERS = { plex: 'Plex', stash: 'Stash' } as const;

/** The hints of a stop may name libraries and folders. */
const STOP_WORDS: Readonly<Record<Extract<Notice, { kind: 'stopped' }>['code'], string>> = {
  unauthorized: 'Plex refuses the token.',
  forbidden: 'Plex refuses the edits of this token: probably it is not the owner’s.',
  misconfigured: 'So many jobs fail alike that a setting is probably wrong.',
  stash_unauthorized: 'Stash refuses the key.',
  stash_misconfigured: 'The address of Stash is probably wrong.',
  removals: 'Jobs wait, since they would remove more from Plex than is done unasked.',
};
