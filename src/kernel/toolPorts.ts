import { randomBytes } from "node:crypto";
import type { AwsApiPort, ClockPort, ObjectStorePort, ToolPorts } from "../core/ports.ts";
import type { WorldState } from "../core/protocol.ts";
import { secretValuesIn } from "../core/run/learnSecrets.ts";
import type { TargetSpec } from "../core/runbook/document.ts";
import { createAwsApi } from "../services/awsApi.ts";
import { createCompression } from "../services/compression.ts";
import { createFilePort } from "../services/files.ts";
import { createHttpPort, type WorldNames } from "../services/http.ts";
import { createJq } from "../services/jq.ts";
import { createKubernetesPort, type ClosableKubernetesPort } from "../services/kubernetes/port.ts";
import { createProcesses } from "../services/processes.ts";
import { createObjectStore } from "../services/s3.ts";
import { controlWorld } from "../services/worldControl.ts";

/** What a run's services are made from. */
export interface ToolPortOptions {
  /** Everything goes to this world and nowhere else; `undefined` is live. */
  readonly world: WorldState | undefined;
  readonly clock: ClockPort;
  /** Folder of the run for files. */
  readonly scratch: string;
  /** Folder of the runbook: its manifests and the like can be read. */
  readonly beside: string;
  readonly targets: readonly TargetSpec[];
  /** Told each value of a Kubernetes Secret that the cluster answered with. */
  readonly onSecret: (value: string) => void;
}

/** The services of a run, whose connections end with it. */
export interface ClosableToolPorts extends ToolPorts {
  close(): Promise<void>;
}

/** The folder that a drill's commands work in, as they see it: the same on every machine, so that what they print is too. */
const DRILL_FOLDER = "/runbook";

/** The services behind one run. A call that names no context goes to the runbook's own cluster, never to the current context of a kubeconfig that another terminal may have switched. */
export function createToolPorts(options: ToolPortOptions): ClosableToolPorts {
  const { world, scratch, beside } = options;
  const clusters = new Map<string, Promise<ClosableKubernetesPort>>();
  const stores = new Map<string, ObjectStorePort>();
  return {
    clock: options.clock,
    kubernetes: (context) => {
      const cluster = remembered(clusters, context ?? "", () => openCluster(options, context));
      // A kubeconfig that could not be read now may be mended by the next call.
      cluster.catch(() => clusters.delete(context ?? ""));
      return cluster;
    },
    objectStore: async (profile, region) => remembered(stores, `${profile ?? ""}/${region ?? ""}`, () => openStore(options, profile, region)),
    awsApi: async (profile, region) => openAwsApi(options, profile, region),
    http: createHttpPort(world === undefined ? {} : { world: namesOf(world) }),
    files: createFilePort(world === undefined ? { cwd: scratch, beside } : { cwd: DRILL_FOLDER, scratch, beside }),
    compression: createCompression(),
    jq: createJq(),
    processes: createProcesses({ path: process.env["PATH"] ?? "", cwd: scratch }),
    randomBytes: (count) => new Uint8Array(randomBytes(count)),
    timeZoneOffsetMinutes: (epochMs) => -new Date(epochMs).getTimezoneOffset(),
    close: async () => {
      for (const cluster of await Promise.allSettled(clusters.values())) if (cluster.status === "fulfilled") cluster.value.close();
    },
  };
}

/** Host names as the drill's world resolves them now. */
function namesOf(world: WorldState): WorldNames {
  return (host) => controlWorld(world, "resolve", { host });
}

function remembered<T>(known: Map<string, T>, key: string, make: () => T): T {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}

async function openCluster({ world, targets, onSecret }: ToolPortOptions, context: string | undefined): Promise<ClosableKubernetesPort> {
  const target = targets.find((spec) => spec.kind === "kubernetes" && (context === undefined || spec.context === context));
  const spec = target?.kind === "kubernetes" ? target : undefined;
  const name = context ?? spec?.context ?? world?.context;
  const port = learning(await createKubernetesPort({ ...(world === undefined ? {} : { kubeconfigPath: world.kubeconfig }), ...(name === undefined ? {} : { context: name }) }), onSecret);
  return spec?.namespace === undefined ? port : { ...port, namespace: spec.namespace };
}

/** Secrets that pass through are remembered, so that they can be masked wherever they turn up. */
function learning(port: ClosableKubernetesPort, onSecret: (value: string) => void): ClosableKubernetesPort {
  return {
    ...port,
    request: async (request, signal) => {
      const response = await port.request(request, signal);
      if (response.status === 200 && /\/secrets(?:[/?]|$)/.test(request.path) && response.contentType.startsWith("application/json")) for (const value of secretValuesIn(response.text)) onSecret(value);
      return response;
    },
  };
}

/** In a drill these services are hosts of the world like others; one that it does not have is refused. */
function openAwsApi({ world, targets }: ToolPortOptions, profile: string | undefined, region: string | undefined): AwsApiPort {
  if (world !== undefined) {
    const { accessKeyId, secretAccessKey } = world.s3;
    return createAwsApi({ region: world.s3.region, credentials: { accessKeyId, secretAccessKey }, http: createHttpPort({ world: namesOf(world) }) });
  }
  const target = targets.find((spec) => spec.kind === "aws" && (profile === undefined || spec.profile === profile));
  const account = target?.kind === "aws" ? target : undefined;
  const [usedRegion, usedProfile] = [region ?? account?.region, profile ?? account?.profile];
  return createAwsApi({ ...(usedRegion === undefined ? {} : { region: usedRegion }), ...(usedProfile === undefined ? {} : { profile: usedProfile }), http: createHttpPort() });
}

function openStore({ world, targets }: ToolPortOptions, profile: string | undefined, region: string | undefined): ObjectStorePort {
  if (world !== undefined) {
    const { endpoint, accessKeyId, secretAccessKey } = world.s3;
    return createObjectStore({ endpoint, region: world.s3.region, credentials: { accessKeyId, secretAccessKey } });
  }
  const target = targets.find((spec) => spec.kind === "aws" && (profile === undefined || spec.profile === profile));
  const account = target?.kind === "aws" ? target : undefined;
  const [usedRegion, usedProfile] = [region ?? account?.region, profile ?? account?.profile];
  return createObjectStore({ ...(usedRegion === undefined ? {} : { region: usedRegion }), ...(usedProfile === undefined ? {} : { profile: usedProfile }) });
}
