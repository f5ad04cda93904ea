import { EXIT } from '../../exit.ts';
import type { CommandSpec } from './spec.ts';

export const NOTIFY: CommandSpec = {
  name: 'notify',
  summary: 'try whether those who are to be told are told',
  options: [{ flags: '--test', help: 'send a test, and say who took it' }],
  settings: ['notify_url', 'notify_command'],
  notes: [
    'A run tells of new dead letters, of what stops writing, of an outage of more than an hour and of its end: the same once a day. It sends a JSON object with title, message, body, type, priority, event, at and details: ntfy, Apprise API, n8n and Home Assistant take it as it is. No title, path or library is in it unless notify_details is true.',
    'For ntfy give the address of the topic, as in https://ntfy.example.org/plexsync; one older than 2.10 needs the topic in the query, as in https://ntfy.example.org/?topic=plexsync. A failure is a warning and changes no exit code; a target has five seconds.',
    'notify_command is a program with its arguments, started without a shell, with the JSON on its standard input.',
  ],
  examples: ['plexsync notify --test'],
  exitCodes: [EXIT.done, EXIT.jobsFailed, EXIT.usage],
  run: async ({ given, flags, configFile }, context) => {
    const { run } = await import('../../commands/notify/notify.ts');
    return await run({ test: given.has('test') ? 'asked' : 'not_asked', flags, configFile }, context);
  },
};
