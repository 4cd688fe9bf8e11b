import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { WorldState } from "../../src/core/protocol.ts";
import { isAlive } from "../../src/services/journal/runFolder.ts";
import { controlWorld } from "../../src/services/worldControl.ts";
import { needKubectl } from "../parts/kubectl.ts";
import { needMariadbOnPath } from "../parts/mariadb.ts";
import { machineFolders } from "../parts/programs.ts";
import { needRedisPrograms } from "../parts/redis.ts";
import { runCommand } from "../../scripts/lib/children.ts";
import { drill } from "./drillCommand.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const RUNBOOK = join(ROOT, "notebooks/01-database-failure.runbook.md");
const WITH_PROGRAMS = { PATH: machineFolders().join(delimiter) };

/** Process ids of the servers in a world's folder. */
function serversOf(folder: string): readonly number[] {
  const databases = join(folder, "databases");
  if (!existsSync(databases)) return [];
  return readdirSync(databases).map((name) => join(databases, name, "pid")).filter((path) => existsSync(path)).map((path) => Number(readFileSync(path, "utf8")));
}

async function untilGone(servers: readonly number[]): Promise<void> {
  for (let left = 200; servers.some((pid) => isAlive(pid)); left -= 1) {
    assert.ok(left > 0, `${servers.join(", ")}: still run`);
    await delay(50);
  }
}

describe("drills on real database servers", function () {
  this.timeout(180_000);
  let home: string;
  before(function () {
    return needMariadbOnPath(this);
  });
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "drill-"));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

  it("scenario 1 passes by the restart, by promoting the replica and by restoring the backup, and leaves no server and no data behind", async () => {
    for (const args of [[], ["--fault", "database-corrupted-volume", "--option", "3=A"], ["--fault", "database-corrupted-volume", "--option", "3=B"]]) {
      const { last, text } = await drill(RUNBOOK, home, ["--engines", "real", ...args], WITH_PROGRAMS);
      assert.match(last, /^PASS recovered in \d\d:\d\d, RTO 15:00$/, `${args.join(" ")}\n${text}`);
      assert.match(text, /engines: real databases \(\d+\.\d+\.\d+-MariaDB\), (?:real|embedded) caches/u);
    }
    // A world is told to end, and takes a moment for it.
    const left = (): readonly string[] => readdirSync(home).filter((name) => existsSync(join(home, name, "databases")));
    for (let tries = 400; left().length > 0; tries -= 1) {
      assert.ok(tries > 0, left().join(", "));
      await delay(50);
    }
  });

  it("scenario 3 passes on a real Redis", async function () {
    const { server } = await needRedisPrograms(this);
    const { last, text } = await drill(join(ROOT, "notebooks/03-redis-failure.runbook.md"), home, ["--engines", "real"], { PATH: [dirname(server), WITH_PROGRAMS.PATH].join(delimiter) });
    assert.match(last, /^PASS recovered in /u, text);
    assert.match(text, /, real caches \(Redis \d+\.\d+\.\d+\)/u);
  });

  it("fails when nobody does anything", async () => {
    const { code, last } = await drill(RUNBOOK, home, ["--engines", "real", "--idle"], WITH_PROGRAMS);
    assert.match(last, /^FAIL not recovered, RTO 15:00/);
    assert.equal(code, 1);
  });

  it("says what the machine lacks where MariaDB is not on it, and starts nothing", async () => {
    const { code, last, text } = await drill(RUNBOOK, home, ["--engines", "real"], { PATH: home });
    assert.equal(code, 2);
    assert.match(text, /is not on this machine/u);
    assert.match(last, /^Install MariaDB 10\.5 or later/u);
  });

  it("a world that is killed takes its servers with it, and comes back on their data with what was told", async function () {
    const kubectl = await needKubectl("1.30", this);
    const folder = join(home, "world");
    const start = async (...args: readonly string[]): Promise<{ readonly process: ChildProcess; readonly state: WorldState }> => {
      const world = spawn(process.execPath, [join(ROOT, "dist/world.js"), "--world", join(ROOT, "notebooks/worlds/buildnest.yaml"), "--state", folder, "--rate", "20", ...args], { env: { HOME: home, ...WITH_PROGRAMS }, stdio: ["ignore", "pipe", "inherit"] });
      const line = await new Promise<string>((done) => world.stdout.once("data", (data: Buffer) => done(String(data))));
      return { process: world, state: JSON.parse(readFileSync((JSON.parse(line) as { readonly state: string }).state, "utf8")) as WorldState };
    };
    const sql = async (state: WorldState, pod: string, statement: string): Promise<string> => {
      const argv = [kubectl, "--kubeconfig", state.kubeconfig, "exec", pod, "--", "sh", "-c", `MYSQL_PWD="$MYSQL_ROOT_PASSWORD" exec mysql -u root -N -B buildnest_ecommerce -e "${statement}"`];
      const { code, output } = await runCommand(argv, { environment: { HOME: home, PATH: "" }, limitMs: 30_000, show: "capture" });
      assert.equal(code, 0, output);
      return output.trim();
    };
    const count = "SELECT COUNT(*) FROM orders WHERE total = 9001.5";
    const first = await start("--engines", "real");
    await sql(first.state, "mysql-0", "INSERT INTO orders (user_id, status, total, created_at) VALUES (17, 'NEW', 9001.5, NOW())");
    const servers = serversOf(folder);
    assert.ok(servers.length >= 2 && servers.every((pid) => isAlive(pid)), String(servers));
    first.process.kill("SIGKILL");
    await untilGone(servers);

    const second = await start();
    try {
      assert.match(second.state.engines, /^real databases/u);
      assert.equal(await sql(second.state, "mysql-0", count), "1");
      await sql(second.state, "mysql-0", "INSERT INTO orders (user_id, status, total, created_at) VALUES (17, 'NEW', 9001.5, NOW())");
      for (let left = 100; (await sql(second.state, "mysql-standby-0", count)) !== "2"; left -= 1) assert.ok(left > 0, "the standby follows its source again");
      const running = serversOf(folder);
      await controlWorld(second.state, "shutdown", {});
      await untilGone(running);
    } finally {
      second.process.kill("SIGKILL");
    }
    await delay(200);
    assert.deepEqual(serversOf(folder), []);
  });
});
