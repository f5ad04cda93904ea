/** What to do about a refused credential. */
export const CREDENTIAL_CURES = {
  unauthorized: 'Get a fresh token, set PLEX_TOKEN (or plex_token)',
  forbidden: "Use the token of the server's owner",
  stash_unauthorized: 'Set stash_api_key (STASH_API_KEY)',
} as const;
