/** The checkout's folder. */
export const root: string;
/** Installs the locked packages when they are missing or stale; resolves with the seconds it took. */
export function ensureInstalled(): Promise<number>;
/** The Node that runs the project's scripts. */
export function projectNode(): string;
/** npm as the beginning of an argument list. */
export function npmCommand(): string[];
