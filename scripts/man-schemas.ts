import * as z from 'zod/mini';
import type { Described } from '../src/documents/documents.ts';
import { DOCUMENTS } from '../src/documents/documents.ts';

/** Every JSON schema of what `--json` prints, by file name. Each stands alone. */
export function schemaFiles(): ReadonlyMap<string, string> {
  return new Map(Object.entries(DOCUMENTS).map(([name, document]) => schemaFile(`${name}.schema.json`, document)));
}

function schemaFile(name: string, { title, description, schema }: Described): readonly [string, string] {
  const { $schema, ...shape } = z.toJSONSchema(schema, {
    // Of what goes out zod says that it has no other keys.
    io: 'input',
    override: ({ jsonSchema }) => openUp(jsonSchema),
  });
  const file = {
    $schema,
    $id: name,
    $comment: 'Made by scripts/man.ts from src/documents; change it there.',
    title,
    description,
    ...shape,
  };
  return [name, `${shortListsInline(JSON.stringify(file, null, 2))}\n`];
}

/** Keys are only ever added to documents, and a whole number is one whether JavaScript can hold it or not. */
function openUp(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.properties !== undefined) schema.additionalProperties = true;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
}

const LINE_WIDTH = 120;

/** As the formatter has it: a list of plain values is one line where it fits. */
function shortListsInline(json: string): string {
  return json.replace(/^(.*)\[\n([^[\]{}]*)\](,?)$/gm, (long: string, before: string, items: string, after: string) => {
    const short = `${before}[${items.trim().replaceAll(/\n\s*/g, ' ')}]${after}`;
    return short.length > LINE_WIDTH ? long : short;
  });
}
