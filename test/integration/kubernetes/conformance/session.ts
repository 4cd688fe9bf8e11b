import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type ClosableKubernetesPort, createKubernetesPort } from "../../../../src/services/kubernetes/port.ts";
import { isSettled, type Pod } from "../realCluster.ts";
import { writeManifests } from "./manifests.ts";
import { plainText } from "./plainText.ts";

/** One line of the script. `id` is its text, with its number where the same was typed before. */
export interface Step {
  readonly id: string;
  readonly line: string;
}

/** What a command printed, made plain, and how it ended. */
export interface Printed {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The script's steps in order; `settle` is one. */
export function readScript(): readonly Step[] {
  const seen = new Map<string, number>();
  const lines = readFileSync(new URL("script.sh", import.meta.url), "utf8").split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => {
    const times = (seen.get(line) ?? 0) + 1;
    seen.set(line, times);
    return { id: times === 1 ? line : `${line} # ${times}`, line };
  });
}

const SETTLE_LIMIT_MS = 60_000;
const QUIET_MS = 1500;
const COMMAND_LIMIT_MS = 90_000;

/** An operator with a stock kubectl at a cluster: runs lines of the script as they are typed. */
export class OperatorSession {
  readonly #folder: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #port: ClosableKubernetesPort;

  private constructor(folder: string, environment: Readonly<Record<string, string>>, port: ClosableKubernetesPort) {
    this.#folder = folder;
    this.#environment = environment;
    this.#port = port;
  }

  /** `folder` is the session's own and gets its files; `proxyPort` is one that nothing listens to. */
  static async open(options: { readonly kubectl: string; readonly kubeconfigPath: string; readonly server: string; readonly folder: string; readonly proxyPort: number }): Promise<OperatorSession> {
    const { folder } = options;
    mkdirSync(join(folder, "bin"), { recursive: true });
    symlinkSync(options.kubectl, join(folder, "bin/kubectl"));
    writeManifests(folder);
    const environment = {
      PATH: `${join(folder, "bin")}:/usr/local/bin:/usr/bin:/bin`, HOME: folder, TZ: "UTC", LC_ALL: "C", KUBECONFIG: options.kubeconfigPath, SERVER: options.server, PROXY_PORT: String(options.proxyPort),
    };
    return new OperatorSession(folder, environment, await createKubernetesPort({ kubeconfigPath: options.kubeconfigPath }));
  }

  /** Runs a line by a shell. */
  async run(line: string): Promise<Printed> {
    const child = spawn("bash", ["-c", line], { cwd: this.#folder, env: this.#environment, stdio: ["ignore", "pipe", "pipe"], timeout: COMMAND_LIMIT_MS });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve(code ?? -1));
    });
    const isWaiting = /\b(?:rollout status|wait)\b/u.test(line);
    return { exitCode, stdout: plainText(isWaiting ? lastLine(stdout) : stdout), stderr: plainText(stderr) };
  }

  /** Waits until nothing changes any more. A pod that is on its way is not quiet: a scheduler or kubelet that is slow just now only seems so. */
  async settle(): Promise<void> {
    const deadline = Date.now() + SETTLE_LIMIT_MS;
    let [last, since] = [await this.#state(), Date.now()];
    while (Date.now() - since < QUIET_MS || last.text.includes("deletionTimestamp") || !last.pods.every(isSettled)) {
      if (Date.now() > deadline) throw new Error(`the cluster does not settle: ${last.text.slice(0, 500)}`);
      await delay(150);
      const state = await this.#state();
      if (state.text !== last.text) [last, since] = [state, Date.now()];
    }
  }

  close(): void {
    this.#port.close();
  }

  async #state(): Promise<{ readonly text: string; readonly pods: readonly Pod[] }> {
    const paths = ["/api/v1/pods", "/apis/apps/v1/deployments", "/apis/apps/v1/replicasets", "/apis/apps/v1/statefulsets", "/apis/apps/v1/daemonsets", "/api/v1/namespaces/shop/endpoints"];
    const answers = await Promise.all(paths.map((path) => this.#port.request({ method: "GET", path }, AbortSignal.timeout(10_000))));
    const lists = answers.map(({ text }) => (JSON.parse(text) as { readonly items: readonly unknown[] }).items);
    return { text: lists.map((items) => JSON.stringify(items)).join("\n"), pods: lists[0] as readonly Pod[] };
  }
}

/** What a wait says on its way depends on when it looked. */
function lastLine(text: string): string {
  const lines = text.trimEnd().split("\n");
  return `${lines.at(-1) ?? ""}\n`;
}

/** Writes results as the golden holds them: lines, so that a difference can be read in a review. */
export function writeTranscript(path: string, results: ReadonlyMap<string, Printed>): void {
  const entries = [...results].map(([id, { exitCode, stdout, stderr }]) => [id, { exitCode, stdout: stdout.split("\n"), ...(stderr === "" ? {} : { stderr: stderr.split("\n") }) }]);
  writeFileSync(path, `${JSON.stringify(Object.fromEntries(entries), undefined, 1)}\n`);
}

/** Reads what `writeTranscript` wrote. */
export function readTranscript(path: string): ReadonlyMap<string, Printed> {
  const entries = Object.entries(JSON.parse(readFileSync(path, "utf8")) as Record<string, { readonly exitCode: number; readonly stdout: readonly string[]; readonly stderr?: readonly string[] }>);
  return new Map(entries.map(([id, { exitCode, stdout, stderr = [] }]) => [id, { exitCode, stdout: stdout.join("\n"), stderr: stderr.join("\n") }]));
}
