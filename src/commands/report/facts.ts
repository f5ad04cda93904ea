import { existsSync, readFileSync } from 'node:fs';
import { release, type } from 'node:os';
import { StoreError, SyncError, UsageError } from '../../core/model/errors.ts';
import { readPlexVersion } from '../../plex/version.ts';
import type { Stores } from '../../queue/store/stores.ts';
import { openStoresToRead } from '../../queue/store/stores.ts';
import type { SceneRows } from '../../queue/views/report-rows.ts';
import { readSceneRows } from '../../queue/views/report-rows.ts';
import type { StoreStats } from '../../queue/views/stats.ts';
import { readStats } from '../../queue/views/stats.ts';
import type { ExplainedSetting } from '../../settings/explain.ts';
import { explainSettings } from '../../settings/explain.ts';
import type { ConfigSources } from '../../settings/load.ts';
import { loadSettings } from '../../settings/load.ts';
import type { Context } from '../shared/context.ts';
import { connectToStash } from '../shared/stash/stash-connection.ts';
import { readLogTail } from './log-tail.ts';
import type { ReportLine } from './report-text.ts';

/** What a report is made of; what could not be read is missing, and `problems` says why. */
export type Gathered = {
  readonly settings: readonly ExplainedSetting[];
  readonly plexVersion: string | undefined;
  readonly stashVersion: string | undefined;
  readonly system: string;
  readonly deployment: string;
  /** Open for as long as the report is made. */
  readonly stores: Stores | undefined;
  readonly stats: StoreStats | undefined;
  readonly scene: { readonly id: number; readonly rows: SceneRows } | undefined;
  readonly log: readonly ReportLine[];
  readonly problems: readonly string[];
  /** For whoever makes the report, not for those who read it. */
  readonly warnings: readonly string[];
};

/** Reads what it can; failures are listed. */
export async function gather(
  { sceneId, sources }: { readonly sceneId: number | undefined; readonly sources: ConfigSources },
  { dataDir, now }: Context,
): Promise<Gathered> {
  const problems: string[] = [];
  const attempt = <T>(action: () => T): T | undefined => {
    try {
      return action();
    } catch (thrown) {
      problems.push(reasonOf(thrown));
      return undefined;
    }
  };
  const explained = await explainSettings(sources);
  problems.push(...explained.problems);
  const stores = attempt(() => openStoresToRead(dataDir));
  const stats = attempt(() => (stores === undefined ? undefined : readStats(stores, now())));
  const rows = attempt(() =>
    stores === undefined || sceneId === undefined ? undefined : readSceneRows(stores, sceneId),
  );
  const log = attempt(() => readLogTail(dataDir.path)) ?? [];
  const ask = async (question: Promise<string | undefined>): Promise<string | undefined> => {
    try {
      return await question;
    } catch (thrown) {
      problems.push(reasonOf(thrown));
      return undefined;
    }
  };
  const [plexVersion, stashVersion] = await Promise.all([
    ask(askPlex(explained.settings, now)),
    ask(askStash(explained, { sources, now })),
  ]);
  return {
    settings: explained.settings,
    plexVersion,
    stashVersion,
    system: `${type()} ${release()} ${process.arch}`,
    deployment: deployment(),
    stores,
    stats,
    scene: rows === undefined || sceneId === undefined ? undefined : { id: sceneId, rows },
    log,
    problems,
    warnings: explained.warnings,
  };
}

/** The reason as text; the report goes on without that part. */
export function reasonOf(thrown: unknown): string {
  if (thrown instanceof UsageError || thrown instanceof StoreError || thrown instanceof SyncError)
    return thrown.message;
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
}

const PATIENCE_MS = 5_000;

async function askPlex(settings: readonly ExplainedSetting[], now: () => number): Promise<string | undefined> {
  const setting = settings.find(({ name }) => name === 'plex_url');
  if (setting?.value === undefined || setting.problem !== undefined) return undefined;
  const abort = new AbortController();
  return await readPlexVersion({
    baseUrl: String(setting.value).trim().replace(/\/+$/, ''),
    // No secret is sent, and a report must not fail for a certificate.
    trust: { certificates: 'any', ca: undefined },
    connectTimeoutMs: PATIENCE_MS,
    readTimeoutMs: PATIENCE_MS,
    signal: abort.signal,
    now,
  });
}

/** With the key and the trust that are set: unlike Plex, Stash tells nothing before it knows who asks. */
async function askStash(
  { settings, problems }: Awaited<ReturnType<typeof explainSettings>>,
  { sources, now }: { readonly sources: ConfigSources; readonly now: () => number },
): Promise<string | undefined> {
  // What cannot be used is told with the settings.
  if (problems.length > 0 || settings.some(({ problem }) => problem !== undefined)) return undefined;
  const stash = connectToStash(await loadSettings(sources), { now });
  if (stash === undefined) return 'not asked';
  const { version = '' } = await stash.version();
  return /^[\w.+-]{1,60}$/.test(version) ? version : undefined;
}

function deployment(): string {
  if (existsSync('/.dockerenv')) return 'Docker';
  if (existsSync('/run/.containerenv')) return 'container (Podman)';
  return /docker|containerd|kubepods|libpod|lxc/.test(cgroup()) ? 'container' : 'Bare metal';
}

function cgroup(): string {
  try {
    return readFileSync('/proc/1/cgroup', 'utf8');
  } catch {
    // Not on Linux, or not for us: no sign of a container.
    return '';
  }
}
