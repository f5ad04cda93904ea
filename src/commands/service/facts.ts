/** What a unit, a cron line or a task is made of. Paths are whole. */
export type ServiceFacts = {
  /** `user`: of the one who installs it; `system`: of the machine. */
  readonly scope: 'user' | 'system';
  /** `watch` goes on; `timer` runs every `EVERY_MINUTES`. */
  readonly mode: 'watch' | 'timer';
  readonly node: string;
  readonly bin: string;
  /** With `instances`, the folder that has one data directory for each server. */
  readonly dataDir: string;
  readonly instances: 'one' | 'several';
  readonly configFile: string | undefined;
  /** The file that holds the token, where one is named; else the token stands in the config file. */
  readonly tokenFile: string | undefined;
  /** The file that holds the API key of Stash, where one is named. */
  readonly keyFile: string | undefined;
  /** All other files that the settings name, which the service has to see. */
  readonly reads: readonly string[];
  /** Who a system service runs as. */
  readonly user: string | undefined;
};

/** How often a timer, cron or a task of Windows runs it. */
export const EVERY_MINUTES = 5;

/** The arguments after the program, the same for every way to run it. */
export function processArguments({ mode, ...place }: ServiceFacts): readonly string[] {
  return ['process', ...(mode === 'watch' ? ['--watch'] : ['--max-time', '10m']), ...placeArguments(place)];
}

/** Those that say which queue and which settings. */
export function placeArguments({
  dataDir,
  configFile,
}: Pick<ServiceFacts, 'dataDir' | 'configFile'>): readonly string[] {
  return ['--data-dir', dataDir, ...(configFile === undefined ? [] : ['--config', configFile])];
}
