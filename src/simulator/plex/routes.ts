import type { Answer } from './answers.ts';
import type { Call, ServerState } from './call.ts';
import {
  addCollection,
  deleteCollection,
  readCollection,
  readCollectionItems,
  readCollections,
} from './collections.ts';
import type { Route } from './faults.ts';
import { deselect, readImageBytes, readImages, select, upload } from './images.ts';
import {
  readActivities,
  readIdentity,
  readItems,
  readLibrary,
  readListing,
  readRoot,
  readSectionMenu,
  readSections,
} from './read.ts';
import { editItem, editSection, rate, refresh } from './write.ts';

type Endpoint = {
  route: Route;
  methods: readonly string[];
  path: RegExp;
  /** Who may use it: anyone, any valid token, or only the owner (plex-api.md 1). */
  access: 'anyone' | 'token' | 'owner';
  answer: (server: ServerState, call: Call) => Answer;
};

const GET = ['GET'];
const PUT = ['PUT'];
const SECTION = '/library/sections/([^/]+)';
const COLLECTION = '/library/collections/([^/]+)';
const ITEM = '/library/metadata/([^/]+)';
const exactly = (path: string): RegExp => new RegExp(`^${path}$`);

const ENDPOINTS: readonly Endpoint[] = [
  { route: 'identity', methods: GET, path: exactly('/identity'), access: 'anyone', answer: readIdentity },
  { route: 'root', methods: GET, path: exactly('/?'), access: 'token', answer: readRoot },
  { route: 'library', methods: GET, path: exactly('/library/?'), access: 'owner', answer: readLibrary },
  {
    route: 'sections',
    methods: GET,
    path: exactly('/library/sections(?:/|/all)?'),
    access: 'token',
    answer: readSections,
  },
  { route: 'listing', methods: GET, path: exactly(`${SECTION}/all`), access: 'token', answer: readListing },
  { route: 'edit', methods: PUT, path: exactly(`${SECTION}/all`), access: 'owner', answer: editSection },
  {
    route: 'refresh',
    methods: ['GET', 'POST', 'DELETE'],
    path: exactly(`${SECTION}/refresh`),
    access: 'owner',
    answer: refresh,
  },
  {
    route: 'collections',
    methods: GET,
    path: exactly(`${SECTION}/collections`),
    access: 'token',
    answer: readCollections,
  },
  {
    route: 'collections',
    methods: ['POST'],
    path: exactly('/library/collections'),
    access: 'owner',
    answer: addCollection,
  },
  {
    route: 'collections',
    methods: GET,
    path: exactly(`${COLLECTION}/(?:children|items)`),
    access: 'token',
    answer: readCollectionItems,
  },
  { route: 'collections', methods: GET, path: exactly(COLLECTION), access: 'token', answer: readCollection },
  {
    route: 'collections',
    methods: ['DELETE'],
    path: exactly(COLLECTION),
    access: 'owner',
    answer: deleteCollection,
  },
  { route: 'sections', methods: GET, path: exactly(SECTION), access: 'token', answer: readSectionMenu },
  { route: 'item', methods: GET, path: exactly(ITEM), access: 'token', answer: readItems },
  { route: 'edit', methods: PUT, path: exactly(ITEM), access: 'owner', answer: editItem },
  // A rating belongs to the token's user. The simulator has one user, the owner, so only the owner may rate.
  { route: 'rate', methods: ['PUT', 'GET'], path: exactly('/:/rate'), access: 'owner', answer: rate },
  ...(['posters', 'arts'] as const).flatMap((kind): Endpoint[] => {
    const one = kind === 'posters' ? 'poster' : 'art';
    const field = kind === 'posters' ? 'thumb' : 'art';
    const list = exactly(`${ITEM}/${kind}`);
    const shown = exactly(`${ITEM}/${field}(?:/\\d+)?`);
    return [
      {
        route: kind,
        methods: GET,
        path: list,
        access: 'token',
        answer: (server, call) => readImages(server, call, kind),
      },
      {
        route: kind,
        methods: ['POST'],
        path: list,
        access: 'owner',
        answer: (server, call) => upload(server, call, kind),
      },
      {
        route: 'poster-select',
        methods: PUT,
        path: exactly(`${ITEM}/${one}`),
        access: 'owner',
        answer: (server, call) => select(server, call, kind),
      },
      ...[...new Set([one, field])].map(
        (name): Endpoint => ({
          route: 'poster-select',
          methods: ['DELETE'],
          path: exactly(`${ITEM}/${name}`),
          access: 'owner',
          answer: (server, call) => deselect(server, call, { kind, isDocumented: name === field }),
        }),
      ),
      {
        route: 'picture',
        methods: GET,
        path: shown,
        access: 'token',
        answer: (server, call) => readImageBytes(server, call, kind),
      },
    ];
  }),
  {
    route: 'picture',
    methods: GET,
    path: exactly(`${ITEM}/file`),
    access: 'token',
    answer: (server, call) => readImageBytes(server, call),
  },
  { route: 'activities', methods: GET, path: exactly('/activities'), access: 'token', answer: readActivities },
];

/** The endpoint of a request and the raw groups of its path; undefined when Plex has no such page. */
export function findEndpoint(method: string, path: string): { endpoint: Endpoint; groups: string[] } | undefined {
  for (const endpoint of ENDPOINTS) {
    if (!endpoint.methods.includes(method)) continue;
    const match = endpoint.path.exec(path);
    if (match) return { endpoint, groups: match.slice(1) };
  }
  return undefined;
}
