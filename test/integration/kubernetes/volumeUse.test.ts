import assert from "node:assert/strict";
import { readClusterHealth } from "../../../src/core/health/clusterHealth.ts";
import { readVolumeUses, type VolumeUses } from "../../../src/core/health/volumeUse.ts";
import type { HttpPort } from "../../../src/core/ports.ts";
import type { VolumeUsage } from "../../../src/drill/monitoring/clusterMetrics.ts";
import { createClock } from "../../../src/services/clock.ts";
import { createKubernetesPort } from "../../../src/services/kubernetes/port.ts";
import { startTestWorld, type TestWorld } from "../kube/drillCluster.ts";

const GIB = 2 ** 30;
const never = new AbortController().signal;
const clock = createClock(undefined);
const http: HttpPort = { request: () => Promise.reject(new Error("unused")) };

describe("how full volumes are, by the kubelets", function () {
  this.timeout(60_000);
  let world: TestWorld;
  let use: VolumeUsage | undefined;
  before(async () => {
    world = await startTestWorld({ volumeUsage: (claim) => (claim.metadata.name === "db-data" ? use : undefined) }, 20);
  });
  after(() => world.close());

  async function volumesAs(context: string): Promise<readonly string[]> {
    const kubernetes = await createKubernetesPort({ kubeconfigPath: world.kubernetes.kubeconfigPath, environment: {}, context });
    try {
      let nodes: readonly string[] = [];
      await readClusterHealth({ clock, kubernetes, namespace: "shop", services: [], volumeUses: (found) => void (nodes = found) }, never);
      assert.equal(nodes.length, 1, "only the database's pod has a claim");
      const uses: VolumeUses = await readVolumeUses({ kubernetes, namespace: "shop", http, clock, prometheus: undefined }, nodes, never);
      const { volumes } = await readClusterHealth({ clock, kubernetes, namespace: "shop", services: [], volumeUses: () => uses }, never);
      return volumes.map(({ name, verdict, reason }) => `${name} ${verdict}: ${reason}`);
    } finally {
      kubernetes.close();
    }
  }

  it("is told to who may ask them, and else said to be forbidden", async () => {
    for (const [usedGiB, said] of [[3, "ok: 15 % of 20Gi used"], [17, "degraded: 85 % of 20Gi used"], [19, "down: 95 % of 20Gi used"], [20, "down: 100 % of 20Gi used"]] as const) {
      use = { usedBytes: usedGiB * GIB, capacityBytes: 20 * GIB };
      assert.deepEqual(await volumesAs("drill"), [`pvc/db-data ${said}`]);
    }
    assert.deepEqual(await volumesAs("drill-view"), ["pvc/db-data ok: Bound, 20Gi, use unknown (forbidden)"]);
    use = undefined;
    assert.deepEqual(await volumesAs("drill"), ["pvc/db-data ok: Bound, 20Gi, use unknown"]);
  });
});
