import type { KubeObject, WorldClock } from "../../../../src/drill/contract.ts";
import { needControlPlane } from "../../../parts/controlPlane.ts";
import { MANIFESTS, startTestWorld, testImages } from "../../kube/drillCluster.ts";
import type { ServerKind } from "../connectedWorld.ts";
import { FIRST, fillControlPlane } from "../realCluster.ts";

/** A cluster that the script is typed at. */
export interface ScriptedCluster {
  readonly kubeconfigPath: string;
  readonly server: string;
  stop(): Promise<void>;
}

/** The version of the real control plane, which the drill world imitates here. */
const VERSION = "v1.20.2";
const RATE = 5;
/** The world's clock runs ahead; beginning in the past, it does not get beyond kubectl's, which would print ages as invalid. */
const HEAD_START_MS = 3 * 3_600_000;

/** A namespace with nothing in it. */
const EMPTY: KubeObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "nothing" } };

/** Starts a cluster with the same objects, whichever it is; skips the hook's suite where there is no real one. */
export async function startScripted(kind: ServerKind, hook: Mocha.Context): Promise<ScriptedCluster> {
  if (kind === "real") {
    const plane = await needControlPlane(hook, testImages({ isCrashing: false, unready: undefined }));
    await fillControlPlane(plane.kubeconfigPath, [EMPTY]);
    return plane;
  }
  // The viewer's binding is the real cluster's way to what the world's users have by themselves.
  const first = FIRST.filter((object) => object.kind !== "ClusterRoleBinding");
  const objects = [...first, EMPTY, ...MANIFESTS.filter(({ metadata }) => metadata.name !== "node-b").map((object) => atVersion(object))];
  const world = await startTestWorld({ version: VERSION, establishedMs: 60_000, objects, clock: pastClock() });
  return { kubeconfigPath: world.kubernetes.kubeconfigPath, server: world.kubernetes.url, stop: () => world.close() };
}

function atVersion(object: KubeObject): KubeObject {
  return object.kind === "Node" ? (JSON.parse(JSON.stringify(object).replaceAll("v1.30.4", VERSION)) as KubeObject) : object;
}

function pastClock(): WorldClock {
  const start = Date.now();
  return {
    now: () => start - HEAD_START_MS + (Date.now() - start) * RATE,
    after: (ms, action) => {
      const timer = setTimeout(action, ms / RATE);
      return () => clearTimeout(timer);
    },
  };
}
