import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";

/** Compares text with a golden file. `UPDATE_GOLDEN=1` rewrites it; a mismatch leaves the text beside it as `.actual`. */
export function assertGolden(path: URL, actual: string): void {
  const actualPath = new URL(`${path.href}.actual`);
  if (process.env["UPDATE_GOLDEN"] === "1" && process.env["CI"] !== "true") writeFileSync(path, actual);
  const expected = existsSync(path) ? readFileSync(path, "utf8") : "";
  if (expected === actual) {
    rmSync(actualPath, { force: true });
    return;
  }
  if (process.env["CI"] !== "true") writeFileSync(actualPath, actual);
  assert.equal(actual, expected, `differs from ${path.pathname}; UPDATE_GOLDEN=1 rewrites it`);
}
