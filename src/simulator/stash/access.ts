import { randomBytes } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import { extname } from 'node:path/posix';
import type { StashAnswer } from './library/images.ts';
import { bare } from './library/images.ts';

const SESSION_MS = 3_600_000;

const NEAR = new BlockList();
for (const [net, prefix] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
] as const) {
  NEAR.addSubnet(net, prefix, 'ipv4');
}
for (const [net, prefix] of [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const) {
  NEAR.addSubnet(net, prefix, 'ipv6');
}

/**
 * Authorises requests (stash.md 4). `settings.apiKey` may change; undefined is a server without credentials, open to
 * its own network.
 */
export function createAccess(settings: { apiKey: string | undefined; now: () => number }) {
  const { now } = settings;
  const sessions = new Map<string, number>();
  let isLocked = false;

  function hasSession(cookies: string): boolean {
    const value = /(?:^|;\s*)session=([^;]+)/.exec(cookies)?.[1];
    const issuedAt = value === undefined ? undefined : sessions.get(value);
    return issuedAt !== undefined && now() - issuedAt <= SESSION_MS;
  }

  return {
    /** Returns the value of a session cookie that is valid for an hour, whatever the cookie's own attributes say. */
    issueSession(): string {
      const value = randomBytes(24).toString('base64url');
      sessions.set(value, now());
      return value;
    },
    /** The refusal of a request; undefined when it is authorised. */
    refusal(url: URL, headers: Record<string, string | string[] | undefined>): StashAnswer | undefined {
      const key = headers['apikey'] ?? url.searchParams.get('apikey') ?? '';
      // The key is checked first: even an open server refuses a wrong one.
      if (key !== '' && key !== settings.apiKey) return unauthorized();
      if (settings.apiKey === undefined) {
        const forwarded = String(headers['x-forwarded-for'] ?? '').split(',');
        isLocked ||= forwarded.some((address) => isPublic(address.trim()));
        return isLocked ? bare(403, 'Stash is exposed to the public internet without authentication') : undefined;
      }
      if (key === settings.apiKey || hasSession(String(headers['cookie'] ?? ''))) return undefined;
      if (url.pathname === '/login') return undefined;
      if (url.pathname === '/graphql' || extname(url.pathname) !== '') return unauthorized();
      const returnUrl = encodeURIComponent(url.pathname + url.search);
      return { ...bare(302, ''), headers: { Location: `/login?returnURL=${returnUrl}` } };
    },
  };
}

function unauthorized(): StashAnswer {
  return { ...bare(401, ''), headers: { 'WWW-Authenticate': 'FormBased' } };
}

function isPublic(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && !NEAR.check(address, family === 4 ? 'ipv4' : 'ipv6');
}
