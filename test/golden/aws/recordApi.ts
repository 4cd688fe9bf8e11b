/**
 * Records what the real AWS command line sends and prints for services other than S3:
 *
 *     node test/golden/aws/recordApi.ts
 *
 * The result, `recordedApi.json`, is never edited by hand.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { API_CASES, API_FILES, startApiServer, writeAwsConfig, type ApiCase, type ApiResult } from "./apiFixture.ts";

function run(args: readonly string[], cwd: string, environment: Readonly<Record<string, string>> = {}): Promise<Omit<ApiResult, "sent">> {
  return new Promise((resolve, reject) => {
    const env = {
      PATH: process.env["PATH"], HOME: cwd, LANG: "C.UTF-8", AWS_PAGER: "", AWS_EC2_METADATA_DISABLED: "true", PYENV_VERSION: process.env["PYENV_VERSION"], AWS_RETRY_MODE: "standard",
      AWS_ACCESS_KEY_ID: "AKIAGOLDEN", AWS_SECRET_ACCESS_KEY: "golden-secret", AWS_DEFAULT_REGION: "us-east-1", ...environment,
    };
    const child = spawn("aws", [...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ exitCode: code ?? -1, stdout, stderr }));
  });
}

async function record(golden: ApiCase): Promise<ApiResult> {
  const server = await startApiServer(golden);
  const folder = mkdtempSync(join(tmpdir(), "aws-api-"));
  try {
    for (const [name, text] of Object.entries(API_FILES)) writeFileSync(join(folder, name), text);
    if (golden.config !== undefined) writeAwsConfig(folder, golden.config);
    return { ...(await run(["--endpoint-url", server.endpoint, ...golden.args], folder, golden.environment)), sent: server.sent };
  } finally {
    rmSync(folder, { recursive: true });
    server.close();
  }
}

const version = await run(["--version"], ".");
const results: Record<string, ApiResult> = {};
for (const golden of API_CASES) results[golden.name] = await record(golden);
writeFileSync(join(import.meta.dirname, "recordedApi.json"), `${JSON.stringify({ tool: version.stdout.trim().split(" ")[0], results }, undefined, 1)}\n`);
process.stdout.write(`${String(API_CASES.length)} cases recorded\n`);
