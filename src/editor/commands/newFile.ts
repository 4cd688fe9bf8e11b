import { writeFile } from "node:fs/promises";
import { messageOf, RuntimeError } from "../../core/runtimeError.ts";

/** Writes a file for its owner alone. Rejects with `invalidInput` where there is one already, or none can be written. */
export async function writeNewFile(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: "wx", mode: 0o600 });
  } catch (cause) {
    throw new RuntimeError("invalidInput", `Writing ${path}: ${messageOf(cause)}`, { hint: "Choose another path.", cause });
  }
}
