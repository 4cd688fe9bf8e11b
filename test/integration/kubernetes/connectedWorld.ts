import assert from "node:assert/strict";
import type { ByteStream } from "../../../src/core/ports.ts";
import { type ClosableKubernetesPort, createKubernetesPort } from "../../../src/services/kubernetes/port.ts";
import { runKubectl, type Ran } from "../../unit/kubectl/fakes.ts";
import { startTestWorld, type TestWorld } from "../kube/drillCluster.ts";

/** A drill cluster of the surrounding suite, and our kubectl over it. */
export interface ConnectedWorld {
  /** Only while the suite runs. */
  readonly world: TestWorld;
  /** Runs our kubectl; `--context` chooses who it is. */
  readonly kubectl: (argv: readonly string[], more?: { readonly stdin?: ByteStream; readonly signal?: AbortSignal }) => Promise<Ran>;
}

/** Starts the world before the surrounding suite's tests and ends it after them. */
export function connectedWorld(): ConnectedWorld {
  let world: TestWorld | undefined;
  const ports = new Map<string | undefined, ClosableKubernetesPort>();
  before(async () => {
    world = await startTestWorld();
    for (const context of [undefined, "drill-view"]) {
      ports.set(context, await createKubernetesPort({ kubeconfigPath: world.kubernetes.kubeconfigPath, ...(context === undefined ? {} : { context }) }));
    }
  });
  after(async () => {
    for (const port of ports.values()) port.close();
    await world?.close();
  });
  return {
    get world() {
      assert.ok(world);
      return world;
    },
    kubectl: async (argv, more = {}) => {
      const at = argv.indexOf("--context");
      const port = ports.get(at < 0 ? undefined : argv[at + 1]);
      assert.ok(port);
      return await runKubectl(port, argv, more);
    },
  };
}
