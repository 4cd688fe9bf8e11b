import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runCommand } from "../lib/children.ts";
import { root } from "../lib/paths.ts";
import { type Comparison, inTurn, milliseconds } from "./comparison.ts";

const stub = join(root, "scripts/bench/vscodeStub.mjs");

/** What the extension's code costs a fresh process, beside nothing at all and beside the Kubernetes client, which such an extension would load. */
export async function loadTime(): Promise<Comparison[]> {
  const extension = pathToFileURL(join(root, "dist/extension.js")).href;
  const client = "@kubernetes/client-node";
  const name = "loading the extension's code";
  return [
    { name, ours: "dist/extension.js", peer: "bare Node process", unit: "ms", pairs: await inTurn(15, () => load(extension), () => load(undefined)) },
    { name, ours: "dist/extension.js", peer: client, unit: "ms", pairs: await inTurn(15, () => load(extension), () => load(client)) },
  ];
}

/** Start to end of a process with the stub, so that its cost is on both sides. */
async function load(what: string | undefined): Promise<number> {
  const program = what === undefined ? "" : `await (await import(${JSON.stringify(what)})).loadExtension?.()`;
  return await milliseconds(async () => {
    // Loading leaves no work behind that should keep a process alive; if it does, that shows here.
    const { code, output } = await runCommand([process.execPath, "--import", stub, "--input-type=module", "-e", program], { cwd: root, limitMs: 30_000, show: "capture" });
    assert.equal(code, 0, output);
  });
}
