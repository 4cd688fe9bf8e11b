import assert from "node:assert/strict";
import type { ByteStream } from "../../../src/core/ports.ts";
import { type ClosableKubernetesPort, createKubernetesPort } from "../../../src/services/kubernetes/port.ts";
import { contextOf, runKubectl, type Ran } from "../../unit/kubectl/fakes.ts";
import { needControlPlane } from "../../parts/controlPlane.ts";
import { MANIFESTS, startTestWorld, testImages } from "../kube/drillCluster.ts";
import { ILL_LATER, ILL_OBJECTS } from "./illObjects.ts";
import { fillControlPlane } from "./realCluster.ts";

/** A cluster of the surrounding suite, and our kubectl over it. */
export interface ConnectedCluster {
  /** Only while the suite runs, as the folder. */
  readonly kubeconfigPath: string;
  readonly folder: string;
  /** Runs our kubectl; `--context` chooses who it is. */
  readonly kubectl: (argv: readonly string[], more?: { readonly stdin?: ByteStream; readonly signal?: AbortSignal }) => Promise<Ran>;
}

/** Which cluster a suite runs on. */
export type ServerKind = "drill" | "real";

export const SERVER_NAMES: Readonly<Record<ServerKind, string>> = { drill: "the drill cluster", real: "a real control plane" };

/** Something that runs a cluster. */
interface RunningCluster {
  readonly kubeconfigPath: string;
  readonly folder: string;
  stop(): Promise<void>;
}

/** Starts a drill cluster before the surrounding suite's tests and ends it after them. */
export function connectedWorld(): ConnectedCluster {
  return connectedDrill({});
}

/** The same with what is not well beside it. */
export function connectedIllWorld(): ConnectedCluster {
  return connectedDrill({ objects: [...MANIFESTS, ...ILL_OBJECTS], later: ILL_LATER });
}

function connectedDrill(change: Parameters<typeof startTestWorld>[0]): ConnectedCluster {
  return connected(async () => {
    const world = await startTestWorld(change);
    return { kubeconfigPath: world.kubernetes.kubeconfigPath, folder: world.folder, stop: () => world.close() };
  });
}

/** A real control plane that holds the same objects, well and not; skips the suite where there is none. */
export function connectedControlPlane(): ConnectedCluster {
  return connected(async (hook) => {
    const plane = await needControlPlane(hook, testImages({ isCrashing: false, unready: undefined }));
    await fillControlPlane(plane.kubeconfigPath, ILL_OBJECTS);
    return plane;
  });
}

function connected(start: (hook: Mocha.Context) => Promise<RunningCluster>): ConnectedCluster {
  let cluster: RunningCluster | undefined;
  const ports = new Map<string | undefined, ClosableKubernetesPort>();
  before(async function () {
    cluster = await start(this);
    for (const context of [undefined, "drill-view"]) {
      ports.set(context, await createKubernetesPort({ kubeconfigPath: cluster.kubeconfigPath, ...(context === undefined ? {} : { context }) }));
    }
  });
  after(async () => {
    for (const port of ports.values()) port.close();
    await cluster?.stop();
  });
  const running = (): RunningCluster => {
    assert.ok(cluster);
    return cluster;
  };
  return {
    get kubeconfigPath() {
      return running().kubeconfigPath;
    },
    get folder() {
      return running().folder;
    },
    kubectl: async (argv, more = {}) => {
      const port = ports.get(contextOf(argv));
      assert.ok(port);
      return await runKubectl(port, argv, more);
    },
  };
}
