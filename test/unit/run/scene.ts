import { planOperation } from "../../../src/core/command/planOperation.ts";
import type { FilePort, ToolPorts } from "../../../src/core/ports.ts";
import type { AskParams, AskResult, OutputNotification } from "../../../src/core/protocol.ts";
import type { TargetSpec } from "../../../src/core/runbook/document.ts";
import { runCell, type CellRunnerHost } from "../../../src/core/run/cellRunner.ts";
import type { JournalEvent, PinnedTarget } from "../../../src/core/run/journalEvent.ts";
import { planCellText } from "../../../src/core/run/planCellText.ts";
import { createRedactor, redact } from "../../../src/core/run/redaction.ts";
import { RuntimeError } from "../../../src/core/runtimeError.ts";

const SPECS: readonly TargetSpec[] = [
  { kind: "kubernetes", name: "cluster", alias: "prod", context: "main", namespace: "shop" },
  { kind: "http", name: "app", alias: "shop", url: "https://api.example.com" },
];
const PINNED: readonly PinnedTarget[] = [
  { name: "cluster", alias: "prod", kind: "kubernetes", address: "https://10.0.0.1:6443", identity: "uid-1", actor: "ann", namespace: "shop" },
  { name: "app", alias: "shop", kind: "http", address: "https://api.example.com", identity: "", actor: "anonymous", namespace: undefined },
];
/** A pod of a stateful set, as the API server gives it. */
export const POD = JSON.stringify({ kind: "Pod", metadata: { name: "db-0", ownerReferences: [{ kind: "StatefulSet", name: "db", controller: true }] }, status: { phase: "Running" } });

/** What a call of a scene answers. */
export interface Reply {
  readonly exitCode?: number;
  readonly stdout?: string;
  readonly status?: number;
  readonly error?: Error;
  readonly hidden?: string;
  readonly waits?: boolean;
}

/** A run whose calls answer from a table (first words of the command), and which records everything in one list. */
export class Scene {
  readonly log: string[] = [];
  readonly events: JournalEvent[] = [];
  readonly outputs: OutputNotification[] = [];
  readonly kept: { readonly name: string; text: string }[] = [];
  readonly environment = new Map<string, string>();
  readonly cancel = new AbortController();
  readonly replies: Record<string, Reply> = {};
  answers: AskResult[] = [];
  /** What happens while a question stands open. */
  onAsk: () => void = () => undefined;
  asked: AskParams[] = [];
  clusterIdentity = "uid-1";
  mode: "incident" | "drill" = "incident";
  rehearsed: readonly string[] = [];
  isDiskFull = false;
  /** When what is journalled is on the disk, by the type of the event; at once unless said. */
  disk: (type: JournalEvent["type"]) => Promise<void> = async () => undefined;
  /** Time passes only while a call waits. */
  readonly sleepers: (() => void)[] = [];

  async run(text: string, timeoutMs?: number): Promise<string> {
    const outcome = await runCell({ execution: "x", cell: { name: "c", step: undefined, language: "bash" }, text, via: undefined, timeoutMs }, this.host(), this.cancel.signal);
    return outcome.message === undefined ? outcome.status : `${outcome.status}: ${outcome.message}`;
  }

  types(): string[] {
    return this.events.map((event) => event.type);
  }

  host(): CellRunnerHost {
    return {
      mode: this.mode, isUnattended: false, specs: SPECS, targets: PINNED, ports: this.ports(), environment: this.environment, redact: (text) => redact(text), redactStream: () => createRedactor(),
      record: async (event) => {
        this.events.push(event);
        this.log.push(event.type);
        await this.disk(event.type);
      },
      attended: async () => undefined,
      ask: async (params) => {
        this.asked.push(params);
        this.onAsk();
        return this.answers.shift();
      },
      output: async (output) => void this.outputs.push(output),
      keepOutput: (cell, stream) => {
        const file = { name: `${cell}-${stream}`, text: "" };
        this.kept.push(file);
        return { append: async (text) => void (file.text += text), end: async () => ({ stream, path: file.name, bytes: file.text.length, lines: 0, sha256: "0", ...(this.isDiskFull ? { missing: "the disk is full" } : {}) }) };
      },
      plan: planOperation,
      planCell: (cellText, via) => planCellText(cellText, via, new Set(this.environment.keys())),
      isRehearsed: async (operation) => this.rehearsed.includes(operation.tool),
      execute: async (operation, io, ports, signal) => {
        const words = operation.argv.join(" ");
        this.log.push(`run ${words}`);
        const [, reply] = Object.entries(this.replies).find(([start]) => words.startsWith(start)) ?? [];
        if (reply?.waits === true) {
          await new Promise((_, reject) => {
            signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
            for (const wake of this.sleepers.splice(0)) wake();
          });
        }
        if (reply?.error !== undefined) throw reply.error;
        if (reply?.status !== undefined) ports.onHttpStatus?.(reply.status);
        if (reply?.hidden !== undefined) ports.onHiddenFailure?.(reply.hidden);
        if (reply?.stdout !== undefined) await io.stdout(new TextEncoder().encode(reply.stdout));
        return reply?.exitCode ?? 0;
      },
    };
  }

  private ports(): ToolPorts {
    const files: FilePort = {
      cwd: "/run",
      read: async () => { throw new RuntimeError("notFound", "no file"); },
      write: async (path, body) => {
        this.log.push(`write ${path}`);
        if (this.isDiskFull) throw new RuntimeError("invalidInput", `${path}: No space left on device`);
        for await (const _ of body) continue;
        return { path, bytes: 1, sha256: "0" };
      },
      exists: async () => undefined,
      list: async () => [],
    };
    const unused = (): never => { throw new Error("not part of this scene"); };
    return {
      clock: { now: () => 0, sleep: () => new Promise((resolve) => void this.sleepers.push(resolve)) },
      kubernetes: async () => ({
        context: "main", server: "https://10.0.0.1:6443", namespace: "shop", stream: unused, exec: unused,
        request: async ({ path }) => ({ status: 200, contentType: "application/json", text: path.includes("kube-system") ? JSON.stringify({ metadata: { uid: this.clusterIdentity } }) : JSON.stringify({ status: { userInfo: { username: "ann" } } }) }),
      }),
      objectStore: unused, awsApi: unused, http: { request: unused }, files, compression: { gunzip: unused, gzip: unused }, jq: { run: unused },
      processes: { find: async () => undefined, run: unused }, randomBytes: (count: number) => new Uint8Array(count), timeZoneOffsetMinutes: () => 0,
    };
  }
}
