import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What opens a page, as program and first words; no shell reads the link. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly [program: string, ...words: string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};
const USUAL_OPENER = ['xdg-open'] as const;

/**
 * Shows a page in the person's browser, and does not wait for it. `no_opener` where this machine has no program for
 * that, as on most servers.
 */
export async function openLink(url: string, env: NodeJS.ProcessEnv): Promise<'opened' | 'no_opener'> {
  const [program, ...words] = OPENERS[process.platform] ?? USUAL_OPENER;
  try {
    // Throws by itself where a PATH leads through a file.
    const child = spawn(program, [...words, url], { env, stdio: 'ignore', detached: true });
    await once(child, 'spawn');
    child.unref();
    return 'opened';
  } catch {
    return 'no_opener';
  }
}
