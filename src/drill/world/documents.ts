import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { parseAllDocuments } from "yaml";
import { RuntimeError } from "../../core/runtimeError.ts";
import type { Derived } from "./derivedCache.ts";

/** What the cache's entries are. */
const KIND = "YAML documents as JSON";

/** The documents of a YAML file. One that was read before is not parsed again. Throws `invalidInput` where it is no YAML. */
export function readDocuments(path: string, cache: Derived | undefined): readonly unknown[] {
  const text = readFileSync(path, "utf8");
  const known = cache?.get([KIND, text]);
  if (known !== undefined) return JSON.parse(Buffer.from(known).toString()) as readonly unknown[];
  const documents = parseAllDocuments(text);
  const broken = documents.flatMap((document) => document.errors)[0];
  if (broken !== undefined) throw new RuntimeError("invalidInput", `Reading the world ${path}: ${broken.message}`, { hint: "Correct the YAML." });
  const read = documents.map((document) => document.toJS() as unknown);
  const json = JSON.stringify(read);
  // YAML knows values that JSON does not.
  if (isDeepStrictEqual(JSON.parse(json), read)) cache?.put([KIND, text], Buffer.from(json));
  return read;
}
