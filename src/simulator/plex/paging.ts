import type { Answer } from './answers.ts';
import { container } from './answers.ts';
import type { Call } from './call.ts';
import type { Section } from './library/item.ts';
import type { Page } from './library/query.ts';
import type { Tree } from './library/render.ts';

/** What the container of a section's lists says of the section. */
export function sectionFields(section: Section): Tree {
  return {
    allowSync: true,
    identifier: 'com.plexapp.plugins.library',
    librarySectionID: Number(section.key),
    librarySectionTitle: section.title,
    librarySectionUUID: section.uuid,
    title1: section.title,
    viewGroup: section.type,
  };
}

/** A page of rows as an answer. In JSON an empty list is absent (plex-api.md 11). */
export function paged<Row>(
  call: Call,
  page: Page<Row>,
  { fields, toRow }: { readonly fields: Tree; readonly toRow: (row: Row) => Tree },
): Answer {
  const { totalSize, offset } = page.container;
  const headers: Record<string, string> =
    totalSize === undefined
      ? {}
      : { 'X-Plex-Container-Start': String(offset), 'X-Plex-Container-Total-Size': String(totalSize) };
  const rows = page.rows.length > 0 ? { Metadata: page.rows.map(toRow) } : {};
  return container({ ...page.container, ...fields, ...rows }, call.format, headers);
}
