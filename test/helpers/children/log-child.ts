/** A process that logs: `node log-child.ts OPTIONS NAME COUNT` appends that many lines, then ends. */

import type { RotatingLogOptions } from '../../../src/terminal/log/log-file.ts';
import { createRotatingLog } from '../../../src/terminal/log/log-file.ts';
import { entryOf } from '../log-entry.ts';

const [options = '', name = '', count = '0'] = process.argv.slice(2);
const log = createRotatingLog(JSON.parse(options) as RotatingLogOptions);
for (let index = 1; index <= Number(count); index++) {
  const complaint = log.append([entryOf(`${name} ${index} of the tide`, Date.now())]);
  if (complaint !== undefined) process.stdout.write(`${complaint}\n`);
}
