/** A program at a terminal: `node terminal-child.ts TASK`. */

import { setTimeout } from 'node:timers/promises';
import { say } from '../../../src/core/text/sentence.ts';
import type { LogFormat } from '../../../src/terminal/log/log-format.ts';
import { createOutput } from '../../../src/terminal/log/output.ts';
import { createProgress } from '../../../src/terminal/progress.ts';
import { readerOf } from '../../../src/terminal/reader.ts';
import { createScreen } from '../../../src/terminal/status-screen.ts';
import { PROCESS_STREAMS } from '../../../src/terminal/streams.ts';
import { renderFields } from '../../../src/terminal/table.ts';

const STEP_MS = 200;
const task = process.argv[2];
const at = Date.UTC(2026, 10, 22, 18, 4, 5);

/** Works through three scenes with a log line and a result each, a clock that always lets the line be drawn. */
async function work(ending: 'clear' | 'kill'): Promise<void> {
  let now = at;
  const output = createOutput({ quiet: false, verbosity: 0, json: false, now: () => at });
  const progress = createProgress({ now: () => (now += STEP_MS) });
  output.keepBelow(progress);
  for (const [index, current] of ['Lantern Row', 'Tide Tables', 'A very long walk along the new pier'].entries()) {
    progress.show({ done: index, total: 3, perMinute: 60, etaMs: 2_000, current });
    await setTimeout(1);
    output.log('info', say`[PlexSync Worker] Job ${index + 1} completed`);
    output.result(`result ${index + 1}`);
  }
  if (ending === 'kill') process.kill(process.pid, 'SIGKILL');
  progress.clear();
  output.keepBelow(undefined);
  output.result('the end');
}

function watch(): void {
  const output = createOutput({ quiet: false, verbosity: 0, json: false, now: () => at });
  const screen = createScreen(output);
  output.result('before');
  for (const path of ['/srv/gardens/along/the/old/harbour wall and the quay', '/srv/gardens', '/srv/piers']) {
    screen.draw((reader) =>
      renderFields(
        [
          ['pending', path.length],
          ['data dir', path],
        ],
        reader,
      ),
    );
  }
  screen.draw(() => Array.from({ length: 30 }, (_, index) => `line ${index + 1}`).join('\n'));
  screen.draw((reader) => renderFields([['pending', 0]], reader));
  screen.close();
  output.result('after');
}

function log(format: string): void {
  const output = createOutput({
    quiet: false,
    verbosity: 1,
    json: false,
    now: () => at,
    logFormat: format as LogFormat,
    paint: { stdout: undefined, stderr: (_style, text) => `painted ${text}` },
  });
  output.log('debug', say`[PlexSync] Tide \u001b[31m tables`);
  output.log('warning', say`[PlexSync Worker] Job 1 released`);
}

if (task === 'work') await work('clear');
else if (task === 'be-killed') await work('kill');
else if (task === 'watch') watch();
else if (task === 'reader') process.stdout.write(`${JSON.stringify(readerOf(PROCESS_STREAMS, 'stdout'))}\n`);
else log(task ?? '');
