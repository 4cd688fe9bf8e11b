import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { endGroup, endWithParent } from "../../scripts/lib/children.ts";
import { makeCertificates } from "../../src/drill/kube/certificates.ts";
import { createKubernetesPort } from "../../src/services/kubernetes/port.ts";
import { findKubernetes } from "./kubernetesBinaries.ts";
import { freePorts } from "./ports.ts";
import { type KubeletOptions, type KubeletStandIn, startKubelet } from "./kubeletStandIn.ts";

/** A real Kubernetes control plane of one test, on 127.0.0.1, with a stand-in for a kubelet. */
export interface ControlPlane {
  readonly server: string;
  /** Contexts as in the drill cluster of the tests, so that the same commands run on both: `drill` (an administrator) and `drill-view`, in namespace `shop`. */
  readonly kubeconfigPath: string;
  readonly folder: string;
  readonly kubelet: KubeletStandIn;
  stop(): Promise<void>;
}

const READY_LIMIT_MS = 60_000;
const USERS = [
  ["admin", "system:masters"], ["controller-manager", "system:kube-controller-manager"], ["scheduler", "system:kube-scheduler"], ["viewer", "viewers"],
] as const;

/** Starts one for a test's hook; where none can be had, prints the reason and skips what the hook belongs to. */
export async function needControlPlane(hook: Mocha.Context, images: KubeletOptions["images"]): Promise<ControlPlane> {
  hook.timeout(3_600_000);
  try {
    await findKubernetes();
  } catch (error) {
    console.log(`  no real Kubernetes here: ${error instanceof Error ? error.message : String(error)}`);
    return hook.skip();
  }
  return await startControlPlane(images);
}

/** Starts etcd, the API server, its controllers and scheduler, and the kubelet; ready in some seconds. */
async function startControlPlane(images: KubeletOptions["images"]): Promise<ControlPlane> {
  const binaries = await findKubernetes();
  const folder = mkdtempSync(join(tmpdir(), "control-plane-"));
  const [etcdPort = 0, peerPort = 0, apiPort = 0, managerPort = 0, schedulerPort = 0] = await freePorts(5);
  const tokens = new Map(USERS.map(([name]) => [name, randomBytes(12).toString("hex")]));
  const authority = writeSecrets(folder, tokens);
  const server = `https://127.0.0.1:${apiPort}`;
  const user = (name: string): object => ({ name, user: { token: tokens.get(name as (typeof USERS)[number][0]) } });
  const configOf = (name: string, contexts: readonly (readonly [string, string])[]): string => {
    const config = {
      apiVersion: "v1", kind: "Config", "current-context": contexts[0]?.[0], clusters: [{ name: "drill", cluster: { server, "certificate-authority-data": Buffer.from(authority).toString("base64") } }],
      users: contexts.map(([, who]) => user(who)), contexts: contexts.map(([context, who]) => ({ name: context, context: { cluster: "drill", user: who, namespace: "shop" } })),
    };
    writeFileSync(join(folder, name), JSON.stringify(config), { mode: 0o600 });
    return join(folder, name);
  };
  const started: ChildProcess[] = [];
  const start = (name: string, argv: readonly string[]): ChildProcess => {
    const log = openSync(join(folder, `${name}.log`), "a");
    const child = spawn(argv[0] ?? "", argv.slice(1), { stdio: ["ignore", log, log], detached: true, cwd: folder });
    closeSync(log);
    endWithParent(child);
    started.push(child);
    return child;
  };
  let kubelet: KubeletStandIn | undefined;
  const stop = async (): Promise<void> => {
    await kubelet?.stop();
    for (const child of started.toReversed()) await endGroup(child);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const etcd = `http://127.0.0.1:${etcdPort}`;
    start("etcd", [
      binaries.etcd, `--data-dir=${join(folder, "etcd")}`, `--listen-client-urls=${etcd}`, `--advertise-client-urls=${etcd}`, `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peerPort}`, `--initial-cluster=default=http://127.0.0.1:${peerPort}`, "--unsafe-no-fsync",
    ]);
    const api = start("kube-apiserver", [join(binaries.folder, "kube-apiserver"), ...apiFlags(folder, etcd, apiPort)]);
    const kubeconfigPath = configOf("kubeconfig", [["drill", "admin"], ["drill-view", "viewer"]]);
    await untilReady(kubeconfigPath, api, folder);
    const managed = [`--root-ca-file=${join(folder, "ca.crt")}`, `--service-account-private-key-file=${join(folder, "sa.key")}`, "--use-service-account-credentials=true"];
    const common = ["--bind-address=127.0.0.1", "--port=0", "--leader-elect=false", `--cert-dir=${folder}`];
    start("kube-controller-manager", [join(binaries.folder, "kube-controller-manager"), `--kubeconfig=${configOf("manager", [["real", "controller-manager"]])}`, `--secure-port=${managerPort}`, ...common, ...managed]);
    start("kube-scheduler", [join(binaries.folder, "kube-scheduler"), `--kubeconfig=${configOf("scheduler-config", [["real", "scheduler"]])}`, `--secure-port=${schedulerPort}`, ...common]);
    kubelet = await startKubelet({ kubeconfigPath, images, cert: readFileSync(join(folder, "kubelet.crt"), "utf8"), key: readFileSync(join(folder, "kubelet.key"), "utf8") });
    return { server, kubeconfigPath, folder, kubelet, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function apiFlags(folder: string, etcd: string, port: number): readonly string[] {
  const file = (name: string): string => join(folder, name);
  return [
    `--etcd-servers=${etcd}`, "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", `--secure-port=${port}`, "--insecure-port=0", `--cert-dir=${folder}`,
    `--tls-cert-file=${file("server.crt")}`, `--tls-private-key-file=${file("server.key")}`, `--token-auth-file=${file("tokens.csv")}`, "--authorization-mode=RBAC",
    "--service-account-issuer=https://kubernetes.default.svc", `--service-account-signing-key-file=${file("sa.key")}`, `--service-account-key-file=${file("sa.key")}`,
    "--service-cluster-ip-range=10.96.0.0/16", "--kubelet-preferred-address-types=InternalIP", "--endpoint-reconciler-type=none", "--allow-privileged=true",
  ];
}

/** Writes keys, certificates and tokens; gives the certificate of the authority that clients trust. */
function writeSecrets(folder: string, tokens: ReadonlyMap<string, string>): string {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text, { mode: 0o600 });
  const [server, kubelet] = [makeCertificates(Date.now()), makeCertificates(Date.now())];
  write("ca.crt", server.ca);
  for (const [name, made] of [["server", server], ["kubelet", kubelet]] as const) {
    write(`${name}.crt`, made.cert);
    write(`${name}.key`, made.key);
  }
  write("sa.key", generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" }).toString());
  write("tokens.csv", USERS.map(([name, group]) => `${tokens.get(name) ?? ""},${name === "admin" || name === "viewer" ? name : group},${name},"${group}"`).join("\n"));
  return server.ca;
}

async function untilReady(kubeconfigPath: string, api: ChildProcess, folder: string): Promise<void> {
  const port = await createKubernetesPort({ kubeconfigPath });
  try {
    for (const deadline = Date.now() + READY_LIMIT_MS; Date.now() < deadline; await delay(100)) {
      if (api.exitCode !== null) break;
      const answer = await port.request({ method: "GET", path: "/readyz" }, AbortSignal.timeout(5000)).catch(() => undefined);
      if (answer?.status === 200) return;
    }
  } finally {
    port.close();
  }
  throw new Error(`kube-apiserver does not start:\n${readFileSync(join(folder, "kube-apiserver.log"), "utf8").split("\n").slice(-8).join("\n")}`);
}
