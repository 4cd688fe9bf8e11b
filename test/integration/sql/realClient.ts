import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { Mariadb } from "../../parts/mariadb.ts";

/** Runs a client program of a real server over its socket, as its administrator unless told otherwise. */
export async function runReal(server: Mariadb, program: string, args: readonly string[], input: string | Uint8Array, as: { readonly user: string; readonly password: string } = server): Promise<{ readonly exitCode: number; readonly stdout: Buffer; readonly stderr: string }> {
  const child = spawn(program, ["--no-defaults", "--socket", server.socket, "--user", as.user, "--default-character-set=utf8mb4", ...args], { env: { ...process.env, MYSQL_PWD: as.password } });
  const [out, errors]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  child.stdin.on("error", () => undefined); // The client may end before it has read all; its exit code says so.
  child.stdin.end(input);
  const exitCode = await new Promise<number>((resolve, reject) => child.once("error", reject).once("close", (code) => resolve(code ?? -1)));
  return { exitCode, stdout: Buffer.concat(out), stderr: Buffer.concat(errors).toString() };
}

/** The answer to statements of an administrator, which must succeed. */
export async function ask(server: Mariadb, sql: string): Promise<string> {
  const run = await runReal(server, server.client, ["--batch", "--raw", "--skip-column-names", "--execute", sql], "");
  assert.equal(run.exitCode, 0, run.stderr);
  return run.stdout.toString().trimEnd();
}
