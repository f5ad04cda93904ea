/** An item as Kometa reads it; `thumb` changes with the poster that is shown. */
export type KometaItem = {
  readonly ratingKey: string;
  readonly thumb?: string;
  readonly studio?: string;
  readonly addedAt?: number;
  readonly originallyAvailableAt?: string;
  readonly Label?: readonly { readonly tag: string }[];
  readonly Genre?: readonly { readonly tag: string }[];
  readonly Field?: readonly { readonly name: string; readonly locked: boolean }[];
};

export type KometaCollection = {
  readonly ratingKey: string;
  readonly title: string;
  readonly smart?: boolean;
  readonly childCount: number;
};

export type KometaPoster = { readonly ratingKey: string; readonly selected: boolean };

/** The requests that Kometa sends to Plex, as python-plexapi words them (plex-api.md (b)); each throws unless it gets a 200. */
export type KometaPlex = ReturnType<typeof createKometaPlex>;

export type KometaAddress = { readonly url: string; readonly token: string; readonly sectionKey: string };

const PAGE_SIZE = 100;

export function createKometaPlex({ url, token, sectionKey }: KometaAddress) {
  async function ask(method: string, path: string, body?: Buffer): Promise<Response> {
    const answer = await fetch(url + path, {
      method,
      headers: { Accept: 'application/json', 'X-Plex-Token': token, 'X-Plex-Client-Identifier': 'kometa' },
      ...(body ? { body: new Uint8Array(body) } : {}),
    });
    if (answer.status !== 200) throw new Error(`Plex answered Kometa ${answer.status} to ${method} ${path}`);
    return answer;
  }

  async function rows<Row>(path: string): Promise<{ rows: Row[]; total: number }> {
    type Body = { MediaContainer: { size: number; totalSize?: number; Metadata?: Row[] } };
    const { MediaContainer: container } = (await (await ask('GET', path)).json()) as Body;
    return { rows: container.Metadata ?? [], total: container.totalSize ?? container.size };
  }

  async function allRows<Row>(path: string): Promise<Row[]> {
    const found: Row[] = [];
    for (let total = 1; found.length < total; ) {
      const paging = `X-Plex-Container-Start=${found.length}&X-Plex-Container-Size=${PAGE_SIZE}`;
      const page = await rows<Row>(`${path}${path.includes('?') ? '&' : '?'}${paging}`);
      if (page.rows.length === 0) break;
      total = page.total;
      found.push(...page.rows);
    }
    return found;
  }

  return {
    /** All items of the section, read in full. */
    async items(): Promise<KometaItem[]> {
      const listed = await allRows<KometaItem>(`/library/sections/${sectionKey}/all?type=1&sort=id`);
      const full: KometaItem[] = [];
      for (let at = 0; at < listed.length; at += PAGE_SIZE) {
        const ids = listed.slice(at, at + PAGE_SIZE).map(({ ratingKey }) => ratingKey);
        full.push(...(await rows<KometaItem>(`/library/metadata/${ids.join(',')}`)).rows);
      }
      return full;
    },
    async item(ratingKey: string): Promise<KometaItem | undefined> {
      return (await rows<KometaItem>(`/library/metadata/${ratingKey}`)).rows[0];
    },
    collections: () => allRows<KometaCollection>(`/library/sections/${sectionKey}/collections`),
    deleteCollection: (ratingKey: string) => ask('DELETE', `/library/collections/${ratingKey}`),
    /** A collection that is a filter: everything of one studio. */
    async addStudioCollection(studio: string): Promise<void> {
      const { machineIdentifier } = ((await (await ask('GET', '/identity')).json()) as { MediaContainer: Identity })
        .MediaContainer;
      const filter = `/library/sections/${sectionKey}/all?type=1&studio%3D=${encodeURIComponent(studio)}`;
      const uri = `server://${machineIdentifier}/com.plexapp.plugins.library${filter}`;
      const pairs = { type: '1', title: studio, smart: '1', sectionId: sectionKey, uri };
      await ask('POST', `/library/collections?${new URLSearchParams(pairs)}`);
    },
    async picture(path: string): Promise<Buffer> {
      return Buffer.from(await (await ask('GET', path)).arrayBuffer());
    },
    async posters(ratingKey: string): Promise<KometaPoster[]> {
      return (await rows<KometaPoster>(`/library/metadata/${ratingKey}/posters`)).rows;
    },
    uploadPoster: (ratingKey: string, bytes: Buffer) => ask('POST', `/library/metadata/${ratingKey}/posters`, bytes),
    selectPoster: (ratingKey: string, key: string) =>
      ask('PUT', `/library/metadata/${ratingKey}/poster?url=${encodeURIComponent(key)}`),
    edit: (ratingKey: string, edits: Readonly<Record<string, string>>) =>
      ask('PUT', `/library/sections/${sectionKey}/all?${new URLSearchParams({ type: '1', id: ratingKey, ...edits })}`),
  };
}

type Identity = { readonly machineIdentifier: string };
