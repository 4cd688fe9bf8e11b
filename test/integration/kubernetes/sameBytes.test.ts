import assert from "node:assert/strict";
import type { ByteStream } from "../../../src/core/ports.ts";
import { usualVersions } from "../../parts/kubectl.ts";
import { connectedWorld } from "./connectedWorld.ts";
import { describeSameBytes } from "./stockKubectl.ts";

for (const version of usualVersions) describeSameBytes(version);

describe("kubectl in process, changing the drill cluster", function () {
  this.timeout(60_000);
  const { kubectl } = connectedWorld();

  it("restarts the database, waits for it, and streams a dump into it", async () => {
    assert.deepEqual(await kubectl(["delete", "pod", "db-0", "-n", "shop"]), { stdout: 'pod "db-0" deleted\n', stderr: "", exitCode: 0 });
    const waited = await kubectl(["wait", "--for=condition=ready", "pod", "-l", "app=db", "-n", "shop", "--timeout=60s"]);
    assert.deepEqual(waited, { stdout: "pod/db-0 condition met\n", stderr: "", exitCode: 0 });
    async function* dump(): ByteStream & AsyncGenerator<Uint8Array> {
      for (let part = 0; part < 64; part += 1) yield Buffer.alloc(128 * 1024, part);
    }
    assert.deepEqual(await kubectl(["exec", "-i", "db-0", "-n", "shop", "--", "count"], { stdin: dump() }), { stdout: `${String(8 * 1024 * 1024)}\n`, stderr: "", exitCode: 0 });
  });

  it("rolls out a changed variable and takes it back", async () => {
    assert.equal((await kubectl(["set", "env", "deployment/web", "A=2", "B=3"])).stdout, "deployment.apps/web env updated\n");
    assert.match((await kubectl(["rollout", "status", "deployment/web", "--timeout=60s"])).stdout, /deployment "web" successfully rolled out\n$/);
    assert.equal((await kubectl(["set", "env", "deployment/web", "--list"])).stdout, "# Deployment web, container web\nA=2\nB=3\n");
    assert.equal((await kubectl(["rollout", "undo", "deployment/web"])).stdout, "deployment.apps/web rolled back\n");
    assert.match((await kubectl(["rollout", "status", "deployment/web", "--timeout=60s"])).stdout, /successfully rolled out\n$/);
    assert.equal((await kubectl(["set", "env", "deployment/web", "--list"])).stdout, "# Deployment web, container web\nA=1\n");
    assert.equal((await kubectl(["rollout", "restart", "deployment/web"])).stdout, "deployment.apps/web restarted\n");
  });

  it("follows a log until it is cancelled", async () => {
    const abort = new AbortController();
    const following = kubectl(["logs", "-f", "db-0"], { signal: abort.signal });
    setTimeout(() => abort.abort(new Error("enough")), 300);
    await assert.rejects(following, /enough/);
  });
});
