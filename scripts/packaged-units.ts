/** The units of systemd in packaging/systemd, for those who install plexsync for a whole machine. */
import type { ServiceFacts } from '../src/commands/service/facts.ts';
import { unitsOf } from '../src/commands/service/units.ts';

const FACTS: ServiceFacts = {
  scope: 'system',
  mode: 'watch',
  node: '/usr/bin/node',
  bin: '/usr/local/lib/node_modules/plexsync/bin/plexsync.js',
  dataDir: '/var/lib/plexsync',
  instances: 'one',
  configFile: undefined,
  tokenFile: '/etc/plexsync/plex_token',
  keyFile: undefined,
  reads: [],
  user: 'media',
};

/** Each unit by the name of its file. */
export function packagedUnits(): ReadonlyMap<string, string> {
  const watch = unitsOf(FACTS).map(({ text }) => ['plexsync-watch.service', text] as const);
  const timer = unitsOf({ ...FACTS, mode: 'timer' }).map(({ name, text }) => [name, text] as const);
  const template = unitsOf({ ...FACTS, instances: 'several', tokenFile: undefined }).map(
    ({ name, text }) => [name, text] as const,
  );
  return new Map([...watch, ...timer, ...template]);
}
