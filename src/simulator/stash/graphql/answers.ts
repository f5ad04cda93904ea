import type { createAccess } from '../access.ts';
import type { StashCall } from '../http.ts';
import type { ConditionalImages, StashAnswer } from '../library/images.ts';
import { bare, imageAnswer } from '../library/images.ts';
import type { StashLibrary } from '../library/library.ts';
import type { StashRules } from '../library/release.ts';
import type { RelatedKind } from '../library/scene.ts';
import { answerCall, errorAnswer } from './graphql.ts';
import { rootOf } from './root.ts';
import { schemaOf } from './schema.ts';

export type StashSettings = {
  conditional: ConditionalImages;
  apiKey: string | undefined;
  status: 'OK' | 'SETUP' | 'NEEDS_MIGRATION';
  externalHost: string | undefined;
  pluginSettings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};

/** Decides the answer to each request. */
export function createStashAnswers({
  library,
  rules,
  access,
  settings,
}: {
  library: StashLibrary;
  rules: StashRules;
  access: ReturnType<typeof createAccess>;
  settings: StashSettings;
}): (call: StashCall) => StashAnswer {
  return (call) => {
    const { method, url, route, headers } = call;
    // The liveness probe needs no credentials.
    if (route === 'healthz') return bare(200, '.');
    const refused = access.refusal(url, headers);
    if (refused) return refused;
    const [, kind, id] = url.pathname.split('/');
    const asked = {
      search: url.searchParams,
      ifNoneMatch: headers['if-none-match']?.toString(),
      conditional: settings.conditional,
    };
    // Stash routes images for GET alone.
    if ((route === 'screenshot' || route === 'image') && method !== 'GET') return bare(405, '');
    switch (route) {
      case 'graphql':
        return graphqlAnswer(call);
      case 'screenshot': {
        const scene = library.scenes.get(Number(id));
        return scene ? imageAnswer(scene.cover, asked) : bare(404, 'Not Found');
      }
      case 'image': {
        const row = library.related[kind as RelatedKind].get(Number(id));
        return row ? imageAnswer(row.image, asked) : bare(404, 'Not Found');
      }
      case 'login':
      case 'other':
        // Stash answers every other path with its one web page.
        return { status: 200, contentType: 'text/html; charset=utf-8', body: '<!doctype html><title>Stash</title>' };
      default:
        return route satisfies never;
    }
  };

  function graphqlAnswer({ graphql, headers }: StashCall): StashAnswer {
    if (!graphql || 'refusal' in graphql) {
      return errorAnswer({ status: 400, errors: [{ message: graphql?.refusal ?? 'transport not supported' }] });
    }
    const { apiKey, externalHost, status, pluginSettings } = settings;
    const baseUrl = externalHost ?? `http://${headers['host']}${headers['x-forwarded-prefix'] ?? ''}`;
    const { versionText, minor } = rules;
    const root = rootOf({ library, links: { baseUrl, apiKey }, versionText, status, pluginSettings });
    return answerCall(graphql, { schema: schemaOf(minor), root, accept: headers['accept']?.toString() });
  }
}
