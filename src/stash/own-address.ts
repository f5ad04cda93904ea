/** Names of this machine for itself: an answer of Stash may hold one of them and the settings another. */
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The target of a URL at the Stash we use: its path and query from the base URL on. `undefined` for another host or
 * port, or outside of the base URL's path, where the key must not go.
 */
export function targetAt(baseUrl: string, url: string): string | undefined {
  const [base, asked] = [new URL(baseUrl), new URL(url)];
  if (hostOf(base) !== hostOf(asked) || portOf(base) !== portOf(asked)) return undefined;
  const root = base.pathname.replace(/\/+$/, '');
  if (!asked.pathname.startsWith(`${root}/`)) return undefined;
  return asked.pathname.slice(root.length) + asked.search;
}

function hostOf({ hostname }: URL): string {
  return LOOPBACK.has(hostname) ? 'localhost' : hostname;
}

function portOf({ port, protocol }: URL): string {
  return port || (protocol === 'https:' ? '443' : '80');
}
