import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { WorldState } from "../../src/core/protocol.ts";
import { controlWorld } from "../../src/services/worldControl.ts";
import { needKubectl } from "../parts/kubectl.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const INSERT = "INSERT INTO buildnest_ecommerce.audit_log (entity, entity_id, action, created_at) SELECT entity, entity_id, action, NOW() FROM buildnest_ecommerce.audit_log LIMIT 2000";

describe("a full volume of a world that is killed", function suite() {
  this.timeout(180_000);
  let home: string;
  let world: ChildProcess | undefined;
  let state: WorldState;
  let kubectlPath: string;

  before(async function () {
    kubectlPath = await needKubectl("1.30", this);
    home = mkdtempSync(join(tmpdir(), "full-volume-"));
  });
  after(async () => {
    if (world !== undefined) await kill(world);
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });

  async function start(): Promise<void> {
    world = spawn(process.execPath, [join(ROOT, "dist/world.js"), "--world", join(ROOT, "notebooks/worlds/buildnest.yaml"), "--state", join(home, "world"), "--rate", "20"], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(world.stdout ?? world, "data")) as [Buffer];
    state = JSON.parse(readFileSync((JSON.parse(String(line)) as { readonly state: string }).state, "utf8")) as WorldState;
    assert.equal(kubectl("wait", "--for=condition=ready", "pod/mysql-0", "--timeout=60s").status, 0);
  }

  async function kill(process: ChildProcess): Promise<void> {
    if (process.exitCode !== null || process.signalCode !== null) return;
    process.kill("SIGKILL");
    await once(process, "exit");
  }

  function kubectl(...args: readonly string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
    return spawnSync(kubectlPath, ["--kubeconfig", state.kubeconfig, ...args], { encoding: "utf8", env: { HOME: home, PATH: "" } });
  }

  const write = (): ReturnType<typeof kubectl> => kubectl("exec", "mysql-0", "--", "sh", "-c", `MYSQL_PWD="$MYSQL_ROOT_PASSWORD" exec mysql -u root -e "${INSERT}"`);

  /** Used and available 1K blocks, as df tells. */
  function blocks(): readonly [used: number, available: number] {
    const [, used, available] = /^\/dev\S+ +\d+ +(\d+) +(\d+) /mu.exec(kubectl("exec", "mysql-0", "--", "df", "/var/lib/mysql").stdout) ?? [];
    return [Number(used), Number(available)];
  }

  it("uses more with every row, is full after it came back as before, and takes rows once there is room", async () => {
    await start();
    const [empty] = blocks();
    assert.equal(write().status, 0);
    const [grown, left] = blocks();
    assert.ok(grown > empty + 50, `${empty} K, then ${grown} K`);
    assert.ok(left > 0);

    await controlWorld(state, "inject", { fault: "database-disk-full", parameters: {} });
    assert.match(write().stderr, /ERROR 1114 \(HY000\) at line 1: The table 'audit_log' is full/u);
    assert.equal(blocks()[1], 0);

    if (world !== undefined) await kill(world);
    await start();
    assert.equal(blocks()[1], 0);
    assert.match(write().stderr, /ERROR 1114 \(HY000\) at line 1: The table 'audit_log' is full/u);
    assert.equal(kubectl("exec", "mysql-0", "--", "rm", "/var/lib/mysql/old-dumps.tar").status, 0);
    assert.ok(blocks()[0] >= grown, "the rows are still there");
    assert.equal(write().status, 0);
    assert.ok(blocks()[0] > grown);
  });
});
