/** The content of a MediaContainer: scalars become attributes, objects and arrays child elements. */
export type Tree = { [name: string]: TreeValue };
type TreeValue = string | number | boolean | undefined | Tree | Tree[];

/** The JSON form: an empty list is absent (plex-api.md 11). */
export function toJson(container: Tree): string {
  return JSON.stringify({ MediaContainer: container });
}

/** The XML form: `Metadata` rows are named by their type, booleans are "1" and "0" (plex-api.md 11). */
export function toXml(container: Tree): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('MediaContainer', container)}\n`;
}

const ROW_ELEMENTS: Record<string, string> = {
  movie: 'Video',
  episode: 'Video',
  clip: 'Video',
  show: 'Directory',
  season: 'Directory',
  artist: 'Directory',
  album: 'Directory',
  collection: 'Directory',
  track: 'Track',
};

function element(name: string, tree: Tree): string {
  let attributes = '';
  let children = '';
  for (const [key, value] of Object.entries(tree)) {
    if (value === undefined) continue;
    if (Array.isArray(value)) {
      for (const child of value) children += element(key === 'Metadata' ? rowElement(child) : key, child);
    } else if (typeof value === 'object') {
      children += element(key, value);
    } else {
      attributes += ` ${key}="${attribute(value)}"`;
    }
  }
  return children === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${children}</${name}>`;
}

/** Posters and other images have no type and are `<Photo>`. */
function rowElement(row: Tree): string {
  return ROW_ELEMENTS[String(row['type'])] ?? 'Photo';
}

function attribute(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'number') return String(value);
  return value.replace(SPECIAL, (character) => ENTITIES[character] ?? '');
}

// XML 1.0 forbids these characters (controls, halves of surrogate pairs) and has no entity for them: they are omitted.
const SPECIAL = /[&<>"\p{Cc}\p{Cs}\ufffe\uffff]/gu;
const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};
