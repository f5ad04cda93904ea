/**
 * Every kind of request to a server: method and route. `for_a_job`: asked for single jobs, so that its failure may be
 * one job's fault. `shared`: asked for many at once or for the run itself, so that its failure belongs to no job.
 */
export const REQUEST_KINDS = {
  'plex GET identity': 'shared',
  'plex GET libraries': 'shared',
  'plex GET owner': 'shared',
  /** A look-up by file name; without the filter it is a listing. */
  'plex GET file': 'for_a_job',
  'plex GET title': 'for_a_job',
  'plex GET listing': 'shared',
  'plex GET collections': 'shared',
  'plex GET items': 'for_a_job',
  'plex PUT item': 'for_a_job',
  'plex GET scan': 'shared',
  'plex GET pictures': 'for_a_job',
  'plex POST picture': 'for_a_job',
  'plex PUT picture': 'for_a_job',
  'plex DELETE picture': 'for_a_job',
  'stash GET health': 'shared',
  'stash POST version': 'shared',
  'stash POST scenes': 'for_a_job',
  'stash POST list': 'shared',
  'stash GET picture': 'for_a_job',
} as const satisfies Readonly<Record<string, 'shared' | 'for_a_job'>>;

export type RequestKind = keyof typeof REQUEST_KINDS;
