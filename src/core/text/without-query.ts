/** An address of the web without whatever may hold a key: user, query and fragment. Any other text is as it was. */
export function withoutQuery(text: string): string {
  return webAddress(text) ?? text;
}

/** The same for a link; `undefined` for what is no address of the web. */
export function webAddress(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined;
  return `${url.origin}${url.pathname}`;
}
