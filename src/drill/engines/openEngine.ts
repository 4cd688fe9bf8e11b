import type { EngineChoice } from "../../core/protocol.ts";
import { RuntimeError } from "../../core/runtimeError.ts";
import type { Dumps } from "../world/dumps.ts";
import type { WorldDescription } from "../world/description.ts";
import type { DatabaseEngine } from "./databaseEngine.ts";
import { embeddedDatabases } from "./embeddedDatabases.ts";

/** The engine of a world, and what it is in words. Throws `notFound` for programs that this machine lacks, and `invalidInput` for a world whose databases are of another product. */
export async function openEngine(choice: EngineChoice, { images }: WorldDescription, world: { readonly dumps: Dumps; readonly folder: string; readonly rate: number; readonly onEnd: () => void }): Promise<{ readonly engine: DatabaseEngine; readonly text: string }> {
  if (choice === "embedded") return { engine: embeddedDatabases(world.dumps), text: "embedded" };
  const other = images.find(({ behaviour, version }) => behaviour === "database" && !version.includes("MariaDB"));
  if (other !== undefined) throw new RuntimeError("invalidInput", `Starting the world's databases as real ones: ${other.image} ${other.version} is no MariaDB, and no other real server is known here.`, { hint: "Leave out --engines real." });
  // Only who asks for it loads it.
  const [{ MariadbEngine }, { findMariadb }] = await Promise.all([import("./mariadbEngine.ts"), import("./mariadbMachine.ts")]);
  const programs = findMariadb(process.env["PATH"] ?? "");
  return { engine: new MariadbEngine(programs, world), text: `real databases (${programs.version}), embedded caches` };
}
