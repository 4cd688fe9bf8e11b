import { join } from "node:path";
import { type DebianPart, hasApt, unpackFromDebian } from "./debian.ts";
import { findProgram, machineFolders } from "./programs.ts";

// Unpacked and never installed: the package would start a server.
const part: DebianPart = { name: "prometheus", packages: ["prometheus"], programs: ["/usr/bin/promtool"] };

/** Path of `promtool`: the machine's, else Debian's, unpacked into the cache. Rejects with the reason where none can be had. */
export async function findPromtool(folders = machineFolders()): Promise<string> {
  const own = findProgram("promtool", folders);
  if (own !== undefined) return own;
  if (!hasApt()) throw new Error("install Prometheus (this machine has no apt-get to do it with)");
  return join(await unpackFromDebian(part), "promtool");
}
