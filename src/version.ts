/** Put in by the build, from package.json. */
declare const PLEXSYNC_VERSION: string;

/** The version of this plexsync. */
export const VERSION: string = PLEXSYNC_VERSION;
