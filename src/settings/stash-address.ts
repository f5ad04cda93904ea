/** The address of Stash without the `/graphql` of its API, which other tools ask for and plexsync adds itself. */
export function withoutGraphql(address: string): string {
  return address.replace(/\/+graphql\/*$/i, '');
}
