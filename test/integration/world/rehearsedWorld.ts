import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { EngineChoice, FaultState, WorldState } from "../../../src/core/protocol.ts";
import { readWorld } from "../../../src/drill/world/readWorld.ts";
import { startWorld } from "../../../src/drill/world/world.ts";
import { controlWorld } from "../../../src/services/worldControl.ts";
import type { Remembered } from "./remembered.ts";

const DESCRIPTION = resolve(import.meta.dirname, "../../../notebooks/worlds/buildnest.yaml");
/** World time per real time. */
const RATE = 40;
/** How often is looked whether what is waited for has come, real milliseconds: each look is a process or two, and two cores have three files to run. */
const POLL_MS = 120;

/** A world that a test breaks and mends, with a person's kubectl. */
export interface RehearsedWorld {
  readonly state: WorldState;
  /** Runs kubectl in the world; `args` is split at spaces where it is a text; `input` is its standard input. Rejects when it fails. */
  kubectl(args: string | readonly string[], input?: string): Promise<string>;
  /** Runs redis-cli in the cache's pod. */
  redis(command: string): Promise<string>;
  inject(fault: string, parameters?: Readonly<Record<string, string>>): Promise<void>;
  /** How a fault stands that was injected, the last of its name. */
  standing(fault: string): Promise<FaultState["kind"] | undefined>;
  /** Asks the application: status, body as JSON, and the world milliseconds it took. */
  ask(path: string, request?: { readonly body?: unknown; readonly token?: string }): Promise<{ readonly status: number; readonly body: unknown; readonly tookMs: number }>;
  /** Asks Prometheus; resolves with the values of the result by the label `by`, "" where a series has none. */
  query(expression: string, by?: string): Promise<Readonly<Record<string, number>>>;
  /** Names of the alerts that are firing. */
  firing(): Promise<readonly string[]>;
  /** Lets world time pass. */
  pass(seconds: number): Promise<void>;
  /** Waits until `check` holds; fails after `seconds` of world time. */
  until(what: string, check: () => Promise<boolean>, seconds?: number): Promise<void>;
  close(): Promise<void>;
}

interface QueryAnswer {
  readonly status: string;
  readonly data: { readonly result: readonly { readonly metric: Readonly<Record<string, string>>; readonly value: readonly [number, string] }[] };
}

interface AlertsAnswer {
  readonly data: { readonly alerts: readonly { readonly state: string; readonly labels: Readonly<Record<string, string>> }[] };
}

/** Starts the described world at 40 times real time; without a description that of the notebooks, without engines on the embedded ones. A test with many worlds remembers. */
export async function rehearse(kubectlPath: string, description = DESCRIPTION, engines: EngineChoice = "embedded", remembered?: Remembered): Promise<RehearsedWorld> {
  const folder = await mkdtemp(join(tmpdir(), "drill-world-"));
  const options = { folder, rate: RATE, engines, descriptionPath: description };
  const world = await (remembered?.start(options) ?? startWorld(readWorld(description), { ...options, onShutdown: () => undefined, report: (text) => console.log(text) }));
  const state = JSON.parse(await readFile(world.statePath, "utf8")) as WorldState;
  const address = state.hosts["api.buildnest.com"] ?? "";
  const prometheus = state.hosts["prometheus.buildnest.com"] ?? "";
  const pass = (seconds: number): Promise<void> => delay((seconds * 1000) / RATE);
  const kubectl: RehearsedWorld["kubectl"] = async (args, input) => {
    const argv = typeof args === "string" ? args.split(" ") : args;
    const { code, out, err } = await run(kubectlPath, argv, { PATH: "", HOME: folder, KUBECONFIG: state.kubeconfig }, input);
    assert.equal(code, 0, `kubectl ${argv.join(" ")}: ${err}`);
    return out;
  };
  return {
    state,
    kubectl,
    redis: (command) => kubectl(["exec", "redis-0", "--", "redis-cli", ...command.split(" ")]),
    inject: async (fault, parameters = {}) => {
      const response = await fetch(`${state.control.url}/inject`, { method: "POST", headers: { authorization: `Bearer ${state.control.token}` }, body: JSON.stringify({ fault, parameters }) });
      assert.equal(response.status, 200, await response.text());
    },
    standing: async (fault) => (await controlWorld(state, "faults", {})).faults.findLast((each) => each.fault === fault)?.kind,
    ask: async (path, request = {}) => {
      const began = performance.now();
      const headers = { ...(request.body === undefined ? {} : { "content-type": "application/json" }), ...(request.token === undefined ? {} : { authorization: `Bearer ${request.token}` }) };
      const response = await fetch(`${address}${path}`, request.body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(request.body) });
      const text = await response.text();
      return { status: response.status, body: text.startsWith("{") || text.startsWith("[") ? (JSON.parse(text) as unknown) : text, tookMs: (performance.now() - began) * RATE };
    },
    query: async (expression, by = "") => {
      const { status, data } = (await (await fetch(`${prometheus}/api/v1/query`, { method: "POST", body: new URLSearchParams({ query: expression }) })).json()) as QueryAnswer;
      assert.equal(status, "success", expression);
      return Object.fromEntries(data.result.map(({ metric, value }) => [metric[by] ?? "", Number(value[1])]));
    },
    firing: async () => {
      const { data } = (await (await fetch(`${prometheus}/api/v1/alerts`)).json()) as AlertsAnswer;
      return [...new Set(data.alerts.filter((alert) => alert.state === "firing").map((alert) => alert.labels["alertname"] ?? ""))].sort();
    },
    pass,
    until: async (what, check, seconds = 240) => {
      const end = performance.now() + (seconds * 1000) / RATE;
      while (!(await check())) {
        assert.ok(performance.now() < end, `${what}, within ${seconds} s of world time`);
        await delay(POLL_MS);
      }
    },
    close: async () => {
      await world.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function run(path: string, args: readonly string[], env: Record<string, string>, input: string | undefined): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  return new Promise((done, reject) => {
    const child = spawn(path, args, { env, stdio: ["pipe", "pipe", "pipe"] });
    child.stdin.on("error", reject).end(input);
    let [out, err] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (out += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (err += chunk));
    child.once("error", reject);
    child.once("close", (code) => done({ code, out, err }));
  });
}
