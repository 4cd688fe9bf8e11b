// Runs one of the project's scripts: `node scripts/run.mjs start --port 8137`.
// Works in a bare clone under Node 20: it imports only node: modules, installs what is missing, and hands over to the project's own Node.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ensureInstalled, projectNode, root } from "./bootstrap.mjs";

const [name, ...args] = process.argv.slice(2);
const script = name === "build" ? join(root, "esbuild.js") : join(root, "scripts", `${name}.ts`);
if (!name || !existsSync(script)) {
  console.error(`usage: node scripts/run.mjs NAME [arguments]\nno such script: ${name ?? "(none given)"}`);
  process.exit(2);
}

const installSeconds = await ensureInstalled();
const child = spawn(projectNode(), [script, ...args], {
  stdio: "inherit",
  cwd: root,
  env: { ...process.env, DR_RUNBOOK_INSTALL_SECONDS: installSeconds.toFixed(1) },
});
// Ctrl-C reaches the child through the terminal; this process only waits for it and ends the same way.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  });
}
child.once("error", (error) => {
  console.error(`cannot start ${projectNode()}: ${error.message}`);
  process.exit(1);
});
child.once("exit", (code, signal) => {
  if (signal === null) process.exit(code ?? 1);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
