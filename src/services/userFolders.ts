import { homedir } from "node:os";
import { join } from "node:path";

/** A folder of the person's own by the XDG rules: what `variable` says, else the path below the home. An empty variable counts as none. */
export function userFolder(environment: Readonly<Record<string, string | undefined>>, variable: string, ...belowHome: readonly string[]): string {
  const base = environment[variable];
  return base !== undefined && base !== "" ? base : join(homedir(), ...belowHome);
}
