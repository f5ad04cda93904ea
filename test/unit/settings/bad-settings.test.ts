/** Every setting with what it cannot be, through its variable and through the config file. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { UsageError } from '../../../src/core/model/errors.ts';
import type { ConfigSources } from '../../../src/settings/load.ts';
import { loadSettings } from '../../../src/settings/load.ts';
import type { Setting } from '../../../src/settings/setting.ts';
import type { SettingName } from '../../../src/settings/table.ts';
import { SETTING_NAMES, SETTINGS, variableOf } from '../../../src/settings/table.ts';
import { scratchDir } from '../../helpers/scratch.ts';
import { wrongValues } from '../../helpers/wrong-values.ts';

const dir = scratchDir({ after }, 'settings');
const configFile = join(dir, 'harbour.json');

/** What JSON can hold besides text, and no setting of this type is. */
function wrongJson({ type }: Setting): readonly unknown[] {
  const always = [null, {}, [[]], ['', 5], ''];
  switch (type.kind) {
    case 'switch':
      return [...always, 2, []];
    case 'whole_number':
      return [...always, true, [], type.min - 1, type.max + 1, type.min + 0.5];
    case 'limit':
      return [...always, true, [], type.min - 1, type.max + 1, type.min + 0.5];
    case 'duration':
      return [...always, true, [], -1, 1e9];
    case 'names':
      return [...always, true, 5, ['Harbours', 5], [' ']];
    case 'webhooks':
      return [...always, true, 5, ['quay'], [5]];
    case 'command':
      return [null, {}, true, 5, [5], ['']];
    case 'quiet_hours':
      return [...always, true, 5, ['night'], [5]];
    case 'path_mappings':
      return [...always, true, 5, ['/quay'], [{ from: '/quay' }], [{ from: '', to: '/pier' }]];
    default:
      return [...always, true, 5, []];
  }
}

async function faultOf(
  name: SettingName,
  { origin, shown, ...sources }: Partial<ConfigSources> & { readonly origin: string; readonly shown: string },
): Promise<string | undefined> {
  const { secret }: Setting = SETTINGS[name];
  try {
    await loadSettings({ flags: {}, env: {}, dataDir: dir, configFile: undefined, ...sources });
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown;
    const { message, hint = '' } = thrown;
    const isClear = message.startsWith(`${name} `) && message.includes(`but ${origin} says`) && !message.includes('\n');
    const isSecret = secret && shown.length > 4 && `${message} ${hint}`.includes(shown);
    const isLeaked = message.includes('lantern-secret') || isSecret;
    return isClear && !isLeaked && !message.includes('undefined') ? undefined : `${name}: ${message}`;
  }
  return `${name} took ${shown} from ${origin}`;
}

test('every setting refuses through its variable what it cannot be, naming both', async () => {
  const faults: (string | undefined)[] = [];
  for (const name of SETTING_NAMES)
    for (const value of wrongValues(SETTINGS[name].type)) {
      const origin = variableOf(name);
      faults.push(await faultOf(name, { env: { [origin]: value }, origin, shown: value }));
    }
  assert.ok(faults.length > 80);
  assert.deepEqual(
    faults.filter((fault) => fault !== undefined),
    [],
  );
});

test('every setting refuses in the config file what it cannot be, naming itself and the file', async () => {
  const faults: (string | undefined)[] = [];
  for (const name of SETTING_NAMES)
    for (const value of [...wrongValues(SETTINGS[name].type), ...wrongJson(SETTINGS[name])]) {
      writeFileSync(configFile, JSON.stringify({ [name]: value }), { mode: 0o600 });
      faults.push(await faultOf(name, { configFile, origin: configFile, shown: JSON.stringify(value) }));
    }
  assert.ok(faults.length > 200);
  assert.deepEqual(
    faults.filter((fault) => fault !== undefined),
    [],
  );
});
