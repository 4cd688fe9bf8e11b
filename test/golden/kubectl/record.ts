/**
 * Records what the real kubectl prints, for test/unit/kubectl/golden.test.ts:
 *
 *   node test/golden/kubectl/record.ts [CASE …]
 *
 * Without a CASE all are recorded. The server is a drill cluster with workloads that are well and others that are not. Each case is run by
 * stock kubectl through a proxy that keeps the changes it asks for, and by our executor, whose exchanges are kept for the replay. The
 * texts are kubectl's; nothing here is typed in.
 */
import { execFileSync, spawn } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type ClosableKubernetesPort, createKubernetesPort } from "../../../src/services/kubernetes/port.ts";
import { MANIFESTS, startTestWorld } from "../../integration/kube/drillCluster.ts";
import { ILL_LATER, ILL_OBJECTS } from "../../integration/kubernetes/illObjects.ts";
import { findKubectl } from "../../parts/kubectl.ts";
import { contextOf, recordingPort, runKubectl, type Change, type Exchange, type GoldenCase } from "../../unit/kubectl/fakes.ts";
import { CASES } from "./cases.ts";

/** What is not well gets so within this. */
const SETTLING_MS = 15_000;

const world = await startTestWorld({ objects: [...MANIFESTS, ...ILL_OBJECTS], later: ILL_LATER });
// It speaks of itself by its file's name.
const kubectl = join(world.folder, "kubectl");
symlinkSync(await findKubectl("1.30"), kubectl);
const changes: Change[] = [];

/** Hands kubectl's request on and keeps it when it changes something. Protobuf is never asked for, so that any server answers in JSON. */
async function forward(cluster: ClosableKubernetesPort, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  let body = "";
  for await (const chunk of incoming.setEncoding("utf8")) body += String(chunk);
  const path = incoming.url ?? "/";
  const method = incoming.method ?? "GET";
  if (method !== "GET") changes.push({ method, path, contentType: incoming.headers["content-type"] ?? "", body });
  const accept = (incoming.headers.accept ?? "application/json").split(",").filter((type) => !type.includes("protobuf")).join(",");
  const abort = new AbortController();
  outgoing.on("close", () => abort.abort());
  const isStream = path.includes("watch=true") || path.includes("/log?");
  if (!isStream) {
    const typed = body === "" ? {} : { contentType: incoming.headers["content-type"] ?? "application/json", body };
    const answer = await cluster.request({ method: method as "GET", path, accept, ...typed }, abort.signal);
    outgoing.writeHead(answer.status, { "content-type": answer.contentType }).end(answer.text);
    return;
  }
  const { status, body: answer } = await cluster.stream({ method: "GET", path, accept }, abort.signal);
  outgoing.writeHead(status, { "content-type": path.includes("/log?") ? "text/plain" : "application/json" });
  for await (const chunk of answer) outgoing.write(chunk);
  outgoing.end();
}

/** A context's cluster, and a proxy before it for stock kubectl. */
async function openContext(name: string): Promise<{ readonly name: string; readonly cluster: ClosableKubernetesPort; readonly server: string; close(): void }> {
  const cluster = await createKubernetesPort({ kubeconfigPath: world.kubernetes.kubeconfigPath, context: name });
  const proxy = createServer((incoming, outgoing) => {
    forward(cluster, incoming, outgoing).catch((error: unknown) => {
      if (!outgoing.destroyed) outgoing.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    name, cluster, server: `http://127.0.0.1:${String((proxy.address() as AddressInfo).port)}`,
    close: () => {
      proxy.close();
      proxy.closeAllConnections();
      cluster.close();
    },
  };
}

const [main, viewer] = await Promise.all([openContext("drill"), openContext("drill-view")]);
const kubeconfig = join(world.folder, "proxied");
writeFileSync(kubeconfig, JSON.stringify({
  apiVersion: "v1", kind: "Config", "current-context": main.name, users: [{ name: "u", user: {} }],
  clusters: [main, viewer].map(({ name, server }) => ({ name, cluster: { server } })),
  contexts: [main, viewer].map(({ name, cluster }) => ({ name, context: { cluster: name, user: "u", namespace: cluster.namespace } })),
}));

async function runReal(argv: readonly string[]): Promise<{ stdout: string; stderr: string; exitCode: number }> {
  return await new Promise((resolve, reject) => {
    const child = spawn(kubectl, [...argv], { env: { ...process.env, KUBECONFIG: kubeconfig, TZ: "UTC", HOME: world.folder }, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ stdout, stderr, exitCode: exitCode ?? -1 }));
  });
}

await delay(SETTLING_MS);
const version = execFileSync(kubectl, ["version", "--client"], { encoding: "utf8" }).split("\n")[0] ?? "";
let different = 0;
const chosen = process.argv.slice(2);
const cases = Object.entries(CASES).filter(([name]) => chosen.length === 0 || chosen.includes(name));
for (const [name, argv] of cases) {
  const { cluster } = contextOf(argv) === viewer.name ? viewer : main;
  changes.length = 0;
  const real = await runReal(argv);
  const now = Date.now();
  const exchanges: Exchange[] = [];
  const ours = await runKubectl(recordingPort(cluster, exchanges), argv);
  const isSame = ours.stdout === real.stdout && ours.stderr === real.stderr && ours.exitCode === real.exitCode;
  if (!isSame) different += 1;
  console.log(isSame ? "same" : "DIFFERENT", name);
  const golden: GoldenCase = { argv, kubectl: version, context: cluster.context, namespace: cluster.namespace, now, ...real, changes: [...changes], exchanges };
  writeFileSync(new URL(`${name}.json`, import.meta.url), `${JSON.stringify(golden, undefined, 1)}\n`);
}
console.log(`${String(cases.length)} recorded, ${String(different)} different`);
for (const context of [main, viewer]) context.close();
await world.close();
