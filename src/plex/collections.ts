import * as z from 'zod/mini';
import type { DrainPlex } from '../core/drain/ports/ports.ts';
import type { SectionCollection } from '../core/model/collection.ts';
import { SyncError } from '../core/model/errors.ts';
import { asName, say } from '../core/text/sentence.ts';
import { madeOnce } from '../http/made-once.ts';
import { parsed } from './answers.ts';
import { encode } from './edit-url.ts';
import type { Asked } from './translate.ts';
import type { SendToPlex } from './transport.ts';

const PAGE_ROWS = 1_000;

/** Plex sends a number as either type (plex-api.md 11), and a title may look like one. */
const text = z.pipe(z.union([z.string(), z.number()]), z.transform(String));

const collectionsAnswer = madeOnce(() =>
  z.object({
    MediaContainer: z.object({
      totalSize: z.optional(z.pipe(z.union([z.number(), z.string()]), z.transform(Number))),
      Metadata: z._default(z.array(z.object({ title: z.catch(text, ''), smart: z.optional(z.unknown()) })), []),
    }),
  }),
);

type Page = { readonly rows: readonly SectionCollection[]; readonly totalSize: number | undefined };

function toPage(value: unknown): Page | undefined {
  const answer = z.safeParse(collectionsAnswer(), value);
  if (!answer.success) return undefined;
  const { totalSize, Metadata } = answer.data.MediaContainer;
  return { totalSize, rows: Metadata.map(({ title, smart }) => ({ title, smart: SMART.has(smart) })) };
}

const SMART: ReadonlySet<unknown> = new Set([true, 1, '1', 'true']);

/** The collections of a section (plex-api.md 7), page by page, since beyond 100 Plex requires paging. */
export function createPlexCollections(
  send: SendToPlex,
  authorised: Readonly<Record<string, string>>,
): Pick<DrainPlex, 'collections'> {
  return {
    collections: async (section) => {
      const asked: Asked = {
        what: say`listing the collections of "${asName(section.title)}"`,
        request: 'plex GET collections',
      };
      const all: SectionCollection[] = [];
      for (;;) {
        const page = { 'X-Plex-Container-Start': String(all.length), 'X-Plex-Container-Size': String(PAGE_ROWS) };
        const target = `/library/sections/${encode(section.key)}/collections`;
        const answer = await send({ method: 'GET', target, ...asked, headers: { ...authorised, ...page } });
        const { rows, totalSize } = parsed(answer, toPage, asked);
        all.push(...rows);
        if (totalSize === undefined || all.length >= totalSize) return all;
        // A list that is not whole would make a collection seem gone.
        if (rows.length === 0)
          throw new SyncError('plex_malformed', say`Plex sent fewer rows than promised while ${asked.what}`, {
            request: asked.request,
          });
      }
    },
  };
}
