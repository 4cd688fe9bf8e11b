import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout's folder. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Where slow parts (the VS Code server, a browser) are kept between runs and checkouts. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "dr-runbook");
}

/** Where worlds of tests, each with a home of its own, keep what they have worked out: a fresh one each time would make every start the first. */
export function testCacheFolder(): string {
  return join(cacheFolder(), "tests");
}

/** A file of an installed package, in the checkout's node_modules. */
export function installed(...segments: string[]): string {
  return join(root, "node_modules", ...segments);
}
