/** Help says what an option takes, before and after a mistake. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMANDS } from '../../../src/command-line/outlines/commands.ts';
import { parseErrorOf } from '../../../src/command-line/parse-errors.ts';
import { runMain } from '../../helpers/run-main.ts';

test('the help of an option names each word that its value may be', () => {
  const silent = COMMANDS.flatMap(({ name, options = [], notes = [] }) =>
    options.flatMap(({ flags, values, help }) =>
      typeof values === 'object'
        ? values
            .filter((word) => !`${flags} ${help} ${notes.join(' ')}`.includes(word))
            .map((word) => `${name} ${flags}: ${word}`)
        : [],
    ),
  );
  assert.deepEqual(silent, []);
});

test('an option without its value is told what the value may be', async () => {
  const { stderr, code } = await runMain(['service', 'install', '--print']);
  assert.equal(code, 2);
  assert.match(stderr, /^plexsync: --print needs a value: systemd, cron, launchd or windows\.$/m);
  const { message } = parseErrorOf("error: option '--limit <n>' argument missing", ['process', '--limit']);
  assert.equal(message, '--limit needs a value.');
});

test('--help before a command shows the help of that command', async () => {
  for (const words of [['init'], ['dlq', 'list'], ['dlq']])
    for (const verb of ['--help', '-h'])
      assert.equal((await runMain([verb, ...words])).stdout, (await runMain(['help', ...words])).stdout);
  assert.match((await runMain(['--help', 'init'])).stdout, /^Usage: plexsync init /);
  assert.match((await runMain(['--help', 'lighthouse'])).stderr, /There is no command "lighthouse"/);
  assert.match((await runMain(['--help'])).stdout, /^Usage: plexsync \[/);
});
