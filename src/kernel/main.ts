import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Session } from "./session.ts";
import { defaultStateRoot } from "../services/journal/runFolder.ts";
import { hintOf, messageOf } from "../core/runtimeError.ts";
import { VERSION } from "../core/version.ts";

// The kernel process. It prints one JSON line `{"socket": …}` once it listens, and goes on when its parent has gone.
const { values } = parseArgs({ options: { "run-root": { type: "string" }, resume: { type: "string" } } });
const session = new Session(values["run-root"] ?? defaultStateRoot(), dirname(fileURLToPath(import.meta.url)), VERSION, () => process.exit(0));
process.on("SIGTERM", () => void session.close());
process.on("SIGHUP", () => undefined);

try {
  const socket = await session.listen();
  if (values.resume !== undefined) await session.resume(values.resume);
  process.stdout.write(`${JSON.stringify({ socket })}\n`);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: messageOf(error), hint: hintOf(error) })}\n`);
  process.exitCode = 1;
  await session.close();
}
