/** A host name that nobody knows is a slip in the setting more often than an outage, and its message says which setting. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AxiosError } from 'axios';
import { say } from '../../../src/core/text/sentence.ts';
import { toNoAnswer } from '../../../src/http/no-answer.ts';
import * as plex from '../../../src/plex/translate.ts';
import * as stash from '../../../src/stash/translate.ts';

function messagesFor(code: string): readonly string[] {
  const answer = toNoAnswer(new AxiosError('', code));
  const what = say`reading the libraries`;
  return [
    plex.toNoAnswerError(answer, { what, request: 'plex GET libraries' }, 'http://habour:32400').message,
    stash.toNoAnswerError(answer, {
      ...{ what, request: 'stash POST scenes', baseUrl: 'http://habour:9999', auth: 'without_key' },
    } as const).message,
  ];
}

test('a host that is not found names the setting to check, for each server', () => {
  for (const [code, words] of [
    ['ENOTFOUND', 'no such host'],
    ['EAI_AGAIN', 'the host name could not be looked up'],
  ] as const) {
    const [ofPlex, ofStash] = messagesFor(code);
    assert.match(ofPlex ?? '', new RegExp(`${words}; check plex_url$`));
    assert.match(ofStash ?? '', new RegExp(`${words}; check stash_url$`));
  }
  for (const message of messagesFor('ECONNREFUSED')) assert.doesNotMatch(message, /check/);
});
