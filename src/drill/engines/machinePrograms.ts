import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { ByteSink, ByteStream } from "../../core/ports.ts";

/** How long a program may take to say its version, milliseconds. */
export const VERSION_LIMIT_MS = 10_000;
/** Where servers lie that ordinary users have no path to. */
const SERVER_FOLDERS = ["/usr/sbin", "/usr/local/sbin"];

/** Where a program of this machine lies, on `path` or where servers do; `undefined` where it is not there. */
export function findProgram(name: string, path: string): string | undefined {
  return [...path.split(delimiter).filter((folder) => folder !== ""), ...SERVER_FOLDERS].map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** One run of a program with streams of the world's. */
export interface ClientRun {
  readonly argv: readonly string[];
  readonly folder: string;
  /** Beside what every run has. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stdin: ByteStream;
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
  readonly signal: AbortSignal | undefined;
}

/** Runs a client program to its end; resolves with its exit code. It sees nothing of the person's environment. */
export async function runClient({ argv, folder, environment, stdin, stdout, stderr, signal }: ClientRun): Promise<number> {
  const child = spawn(argv[0] ?? "", argv.slice(1), { cwd: folder, env: { PATH: "/usr/bin:/bin", HOME: folder, TMPDIR: folder, TZ: "UTC", LANG: "C.UTF-8", MYSQL_HISTFILE: "/dev/null", REDISCLI_HISTFILE: "/dev/null", REDISCLI_RCFILE: "/dev/null", ...environment }, stdio: ["pipe", "pipe", "pipe"] });
  const kill = (): void => void child.kill("SIGKILL");
  signal?.addEventListener("abort", kill, { once: true });
  const code = new Promise<number>((resolve, reject) => child.once("error", reject).once("close", (exit) => resolve(exit ?? 137)));
  // The client may end before it has read all; its exit code says so.
  child.stdin.on("error", () => undefined);
  const reading = (async () => {
    for await (const chunk of stdin) {
      if (child.stdin.destroyed || child.exitCode !== null) break;
      if (!child.stdin.write(chunk)) await Promise.race([new Promise((resolve) => child.stdin.once("drain", resolve)), code]);
    }
    child.stdin.end();
  })();
  const copy = async (from: AsyncIterable<Uint8Array>, to: ByteSink): Promise<void> => {
    for await (const chunk of from) await to(chunk);
  };
  // Whoever feeds it or reads it is gone: so is the client. What it does not want to read may never end, and is not waited for.
  reading.catch(kill);
  try {
    const [exit] = await Promise.all([code, copy(child.stdout, stdout), copy(child.stderr, stderr)]);
    return exit;
  } finally {
    kill();
    signal?.removeEventListener("abort", kill);
  }
}
