import assert from "node:assert/strict";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTestWorld } from "./drillCluster.ts";

/** Time in this world runs five times as fast. */
const RATE = 5;

describe("a drill cluster that comes back", function suite() {
  this.timeout(20_000);

  it("has the same address, certificates, objects and logs, and goes on from there", async () => {
    const first = await startTestWorld({}, RATE);
    const folder = await mkdtemp(join(tmpdir(), "drill-back-"));
    await chmod(folder, 0o700);
    const second = await startTestWorld({ stateFolder: folder }, RATE);
    try {
      const snapshot: unknown = JSON.parse(JSON.stringify(second.kubernetes.snapshot()));
      const { port } = second.kubernetes;
      const pods = second.kubernetes.cluster.list("Pod", "shop").map((pod) => pod.metadata.uid);
      await second.close();
      const back = await startTestWorld({ stateFolder: folder, port, snapshot }, RATE);
      try {
        assert.equal(back.kubernetes.port, port);
        assert.deepEqual(back.kubernetes.cluster.list("Pod", "shop").map((pod) => pod.metadata.uid), pods);
        back.isCrashing = true;
        back.kubernetes.reconsider();
        const status = back.kubernetes.cluster.get("Pod", "shop", "db-0")?.status as { containerStatuses: { state: { terminated?: { exitCode: number } } }[] };
        assert.equal(status.containerStatuses[0]?.state.terminated?.exitCode, 1);
        const logs = JSON.stringify(back.kubernetes.snapshot().logs);
        assert.match(logs, /ready for connections/u);
        assert.match(logs, /tablespace corrupted/u);
      } finally {
        await back.close();
      }
    } finally {
      await first.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
