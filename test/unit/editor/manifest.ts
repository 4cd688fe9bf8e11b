import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The checkout's folder. */
export const ROOT = join(import.meta.dirname, "../../..");
/** English texts of the manifest by their keys. */
export const TEXTS = JSON.parse(readFileSync(join(ROOT, "package.nls.json"), "utf8")) as Readonly<Record<string, string>>;
/** The manifest as it is written, with keys for texts. */
export const WRITTEN: unknown = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

/** The key in `%key%`; `undefined` for any other text. */
export function keyOf(text: string): string | undefined {
  return /^%([\w.-]+)%$/.exec(text)?.[1];
}

/** The manifest as VS Code reads it in English. A key without a text stays as it is. */
export function readManifest(): unknown {
  return withTexts(WRITTEN);
}

function withTexts(value: unknown): unknown {
  if (typeof value === "string") return TEXTS[keyOf(value) ?? ""] ?? value;
  if (Array.isArray(value)) return value.map(withTexts);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withTexts(member)]));
}
