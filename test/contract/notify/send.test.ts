/** A notice reaches webhooks and a program, and whatever these do, it is a word about them and no error. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { sendNotice } from '../../../src/notify/send.ts';
import { scratchDir } from '../../helpers/scratch.ts';
import { startWebhook } from '../../helpers/webhook.ts';

const MESSAGE = { title: 'plexsync: test', message: 'The lantern is lit', body: 'The lantern is lit' };
const now = (): number => Date.now();

async function failuresOf(urls: readonly string[], patienceMs?: number): Promise<readonly (string | undefined)[]> {
  const results = await sendNotice(
    MESSAGE,
    { urls, command: [] },
    { now, ...(patienceMs === undefined ? {} : { patienceMs }) },
  );
  return results.map(({ failure }) => failure);
}

async function failureOf(command: readonly string[], patienceMs = 60_000): Promise<string | undefined> {
  const [result] = await sendNotice(MESSAGE, { urls: [], command }, { now, patienceMs });
  return result?.failure;
}

test('a topic of ntfy gets templates that make text of the JSON, and its root the topic in the JSON', async (t) => {
  const { host, posted } = await startWebhook(t);
  assert.deepEqual(await failuresOf([`http://${host}/harbour`]), [undefined]);
  assert.deepEqual(await failuresOf([`http://${host}/?topic=harbour`]), [undefined]);
  const seen = posted.map(({ target, headers, body }) => [
    target,
    headers['x-template'],
    headers['x-title'],
    headers['x-message'],
    body['topic'],
  ]);
  assert.deepEqual(seen, [
    ['/harbour', 'yes', '{{.title}}', '{{.message}}', undefined],
    ['/?topic=harbour', undefined, undefined, undefined, 'harbour'],
  ]);
});

test('user and password of an address are sent as a login, whatever signs are in them, and are in no word', async (t) => {
  const { host, posted } = await startWebhook(t);
  const urls = [`http://keeper:sea%20salt@${host}/`, `http://keeper:50%@${host}/`, `http://${host}/`];
  const results = await sendNotice(MESSAGE, { urls, command: [] }, { now });
  assert.deepEqual(new Set(results.map(({ target }) => target)), new Set([`http://${host}`]));
  const logins = posted.map(({ headers }) =>
    Buffer.from(headers.authorization?.replace('Basic ', '') ?? '', 'base64').toString(),
  );
  assert.deepEqual(logins.toSorted(), ['', 'keeper:50%', 'keeper:sea salt']);
});

test('why an address took nothing is said as it is', async (t) => {
  const { host, url, answer, posted } = await startWebhook(t);
  answer(404);
  assert.deepEqual(await failuresOf([url]), ['it answered 404']);
  answer(301, { location: `http://${host}/elsewhere/lanternKey` });
  assert.deepEqual(await failuresOf([url]), [`it answered 301, which leads to http://${host} and is not followed`]);
  assert.equal(posted.length, 2);
  answer('never');
  assert.deepEqual(await failuresOf([url], 200), ['it did not answer within 0.2 s']);
  assert.deepEqual(await failuresOf(['http://127.0.0.1:1/']), ['connection refused']);
});

test('a program gets the JSON on its standard input, and its arguments as they are', async (t) => {
  const file = join(scratchDir(t), 'a $HOME b');
  assert.equal(await failureOf(['sh', '-c', 'cat > "$0"', file]), undefined);
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), MESSAGE);
});

test('a program that fails is told with the first line that it said, and no more of it', async () => {
  assert.equal(
    await failureOf(['sh', '-c', 'echo >&2; echo No wind >&2; echo Fog >&2; exit 3']),
    'it ended with 3: No wind',
  );
  // The empty line comes alone, and the telling one in a piece of its own.
  assert.equal(
    await failureOf(['sh', '-c', 'echo >&2; sleep 0.1; echo No wind >&2; exit 3']),
    'it ended with 3: No wind',
  );
  assert.equal(await failureOf(['sh', '-c', 'exit 4']), 'it ended with 4');
  assert.equal(await failureOf(['sh', '-c', 'kill -9 $$']), 'it was ended by SIGKILL');
  const long = await failureOf(['sh', '-c', 'printf "%09999d" 1 >&2; exit 1']);
  assert.equal(long, `it ended with 1: ${'0'.repeat(200)}`);
  assert.equal(await failureOf(['/no/such/program']), 'it cannot be started');
});

test('a program that reads nothing, and leaves another one behind, has taken it', async () => {
  assert.equal(await failureOf(['sh', '-c', 'exec 0<&-; sleep 5 & exit 0'], 600_000), undefined);
});

test('a program that does not end is killed, with what it started', {
  skip: !existsSync('/proc/self/stat'),
}, async (t) => {
  const file = join(scratchDir(t), 'pid');
  const failure = await failureOf(['sh', '-c', 'sleep 600 & echo $! > "$0"; yes >&2', file], 1_000);
  assert.match(failure ?? '', /^it did not end within 1 s(: y)?$/);
  const stat = `/proc/${readFileSync(file, 'utf8').trim()}/stat`;
  // Dead, though nobody may have asked for its end.
  const isDead = (): boolean => !existsSync(stat) || / Z /.test(readFileSync(stat, 'utf8'));
  while (!isDead()) await setTimeout(10);
});

test('a program that cannot even be tried is a failure like any other', async () => {
  const longerThanAnyCommand = 'a'.repeat(3_000_000);
  for (const command of [['/etc/passwd/x'], ['sh', 'a\u0000b'], ['sh', '-c', 'exit 0', longerThanAnyCommand]])
    assert.equal(await failureOf(command), 'it cannot be started');
});

test('a program of another user, which may not be killed, is a failure, and is not waited for', {
  skip: process.platform === 'win32',
}, async (t) => {
  const kill = t.mock.method(process, 'kill', () => {
    throw Object.assign(new Error('kill EPERM'), { code: 'EPERM' });
  });
  const failure = await failureOf(['sleep', '600'], 100);
  const group = kill.mock.calls[0]?.arguments[0];
  kill.mock.restore();
  assert.ok(group !== undefined && group < -1);
  const held = process.getActiveResourcesInfo();
  process.kill(group, 'SIGKILL');
  assert.deepEqual([failure, held.includes('ProcessWrap')], ['it did not end within 0.1 s', false]);
});
