/**
 * Records what the real curl prints against a local server:
 *
 *     node test/golden/curl/record.ts
 *
 * The result, `recorded.json`, is never edited by hand.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CASES, LOCAL_FILES, normalise, startEchoServer, type CurlResult } from "./fixture.ts";

function run(args: readonly string[], cwd: string, stdin: string): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn("curl", ["-q", ...args], { cwd, env: { PATH: process.env["PATH"], HOME: cwd } });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ exitCode: code ?? -1, stdout, stderr }));
    child.stdin.end(stdin);
  });
}

const server = await startEchoServer();
const results: Record<string, CurlResult> = {};
for (const { name, args, stdin } of CASES) {
  const folder = mkdtempSync(join(tmpdir(), "curl-golden-"));
  for (const [path, text] of Object.entries(LOCAL_FILES)) writeFileSync(join(folder, path), text);
  const words = args.map((word) => word.replaceAll("{base}", server.base).replaceAll("{port}", new URL(server.base).port));
  // curl's progress meter is not printed in process: -s stands in for it where a case does not ask for silence.
  const { exitCode, stdout, stderr } = await run(words[0]?.startsWith("-") === true ? words : ["-sS", ...words], folder, stdin ?? "");
  const files = Object.fromEntries(readdirSync(folder).sort().map((file) => [file, normalise(readFileSync(join(folder, file), "utf8"), server.base)]));
  results[name] = { exitCode, stdout: normalise(stdout, server.base), stderr: normalise(stderr, server.base), files };
  rmSync(folder, { recursive: true });
}
server.close();
const version = await run(["--version"], ".", "");
writeFileSync(join(import.meta.dirname, "recorded.json"), `${JSON.stringify({ tool: version.stdout.split(" ").slice(0, 2).join(" "), results }, undefined, 1)}\n`);
process.stdout.write(`${CASES.length} cases recorded\n`);
