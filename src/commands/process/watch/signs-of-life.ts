/**
 * A client of Stash that calls `note` before each question. Thousands of changes, or of new scenes, may hold up a watch
 * for minutes, and it is well meanwhile.
 */
export function withSignsOfLife<Client extends object>(client: Client, note: () => void): Client {
  return new Proxy(client, {
    get: (target, name) => {
      note();
      return Reflect.get(target, name) as unknown;
    },
  });
}
