/**
 * Records what the real AWS command line prints against the drill world's S3 endpoint:
 *
 *     node test/golden/aws/record.ts
 *
 * The result, `recorded.json`, is never edited by hand.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { CASES, CREDENTIALS, keptObject, LOCAL_FILES, REGION, startGoldenServer, type GoldenCase, type GoldenResult } from "./fixture.ts";

function run(argv: readonly string[], options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly stdin: string }): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const [command = "", ...args] = argv;
    const child = spawn(command, args, { cwd: options.cwd, env: options.env });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ exitCode: code ?? -1, stdout, stderr }));
    child.stdin.end(options.stdin);
  });
}

async function record(golden: GoldenCase): Promise<GoldenResult> {
  const server = await startGoldenServer();
  const folder = mkdtempSync(join(tmpdir(), "aws-golden-"));
  try {
    for (const [path, text] of Object.entries(LOCAL_FILES)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const env = {
      PATH: process.env["PATH"], HOME: folder, TZ: golden.zone, LANG: "C.UTF-8", AWS_PAGER: "", AWS_EC2_METADATA_DISABLED: "true", PYENV_VERSION: process.env["PYENV_VERSION"],
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId, AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey, AWS_DEFAULT_REGION: REGION,
    };
    const result = await run(["aws", "--endpoint-url", server.endpoint, ...golden.args], { cwd: join(folder, "work"), env, stdin: golden.stdin ?? "" });
    const files = Object.fromEntries(
      readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)).filter((path) => statSync(path).isFile() && !relative(folder, path).startsWith(".")).sort()
        .map((path) => [relative(folder, path), readFileSync(path).toString("base64")]),
    );
    return { ...result, files, ...(golden.kept === undefined ? {} : { kept: await keptObject(server, golden.kept) }) };
  } finally {
    rmSync(folder, { recursive: true });
    await server.close();
  }
}

const version = await run(["aws", "--version"], { cwd: ".", env: process.env, stdin: "" });
const results: Record<string, GoldenResult> = {};
for (const golden of CASES) results[golden.name] = await record(golden);
writeFileSync(join(import.meta.dirname, "recorded.json"), `${JSON.stringify({ tool: version.stdout.trim().split(" ")[0], results }, undefined, 1)}\n`);
process.stdout.write(`${CASES.length} cases recorded\n`);
