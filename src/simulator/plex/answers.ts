import { STATUS_CODES } from 'node:http';
import type { Tree } from './library/render.ts';
import { toJson, toXml } from './library/render.ts';

export type Answer = {
  status: number;
  body: string | Buffer;
  contentType: string;
  headers?: Record<string, string>;
};

/** Plex's bare error page, which it sends whatever `Accept` asks for (plex-api.md 10). */
export function htmlError(status: number, extra = ''): Answer {
  const name = STATUS_CODES[status] ?? 'Error';
  return {
    status,
    body: `<html><head>${extra}<title>${name}</title></head><body><h1>${status} ${name}</h1></body></html>`,
    contentType: 'text/html',
  };
}

/** The answer of a starting or migrating server (plex-api.md 10). */
export function maintenance(): Answer {
  return {
    status: 503,
    body: '<Response code="503" title="Maintenance" status="Plex Media Server is currently running database migrations."/>',
    contentType: 'text/xml;charset=utf-8',
  };
}

/** The answer to every write: 200, `text/html`, empty, even when JSON was asked for (plex-api.md 4.1). */
export function done(): Answer {
  return { status: 200, body: '', contentType: 'text/html' };
}

/** A MediaContainer in the format that the client accepts. */
export function container(tree: Tree, format: 'json' | 'xml', headers: Record<string, string> = {}): Answer {
  return format === 'json'
    ? { status: 200, body: toJson(tree), contentType: 'application/json', headers }
    : { status: 200, body: toXml(tree), contentType: 'text/xml;charset=utf-8', headers };
}
