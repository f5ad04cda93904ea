export type ParsedJson =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'broken'; readonly reason: string };

/** Parses JSON; the reason for a failure quotes nothing from the text, which may hold a secret. */
export function parseJsonText(text: string): ParsedJson {
  try {
    return { kind: 'value', value: JSON.parse(text) };
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return { kind: 'broken', reason: message.replace(/, (\.\.\.)?".*$/s, '') };
  }
}
