import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { runCommand } from "../../../scripts/lib/children.ts";
import { readWorld } from "../../../src/drill/world/readWorld.ts";
import { startWorld, type World } from "../../../src/drill/world/world.ts";
import { needKubectl } from "../../parts/kubectl.ts";
import { needMariadbOnPath } from "../../parts/mariadb.ts";
import { needRedisPrograms } from "../../parts/redis.ts";
import { rehearse, type RehearsedWorld } from "./rehearsedWorld.ts";

const DESCRIPTION = resolve(import.meta.dirname, "../../../notebooks/worlds/buildnest.yaml");
const LOGIN = "/api/auth/login";

describe("a world whose caches are real Redis servers", function suite() {
  this.timeout(180_000);
  let world: RehearsedWorld;
  let scratch: string;
  const path = process.env["PATH"];
  before(async function () {
    await needMariadbOnPath(this);
    const { server } = await needRedisPrograms(this);
    process.env["PATH"] = [dirname(server), path].join(delimiter);
    scratch = mkdtempSync(join(tmpdir(), "real-caches-"));
    world = await rehearse(await needKubectl("1.30", this), DESCRIPTION, "real");
  });
  after(async () => {
    process.env["PATH"] = path;
    await world?.close();
    if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
  });

  const inPod = (script: string, input?: string): Promise<string> => world.kubectl(["exec", ...(input === undefined ? [] : ["-i"]), "redis-0", "--", "sh", "-c", script], input);
  const isUp = async (): Promise<boolean> => (await world.ask("/actuator/health/redis")).status === 200;
  const isDown = async (): Promise<boolean> => (await world.ask("/actuator/health/redis")).status === 503;
  const wrongLogin = async (): Promise<number> => (await world.ask(LOGIN, { body: { username: "nobody", password: "wrong" } })).status;
  const isCaching = async (): Promise<boolean> => {
    for (let call = 0; call < 4; call += 1) await world.ask("/api/categories");
    return (await world.redis("KEYS answer:/api/categories")).trim() !== "";
  };
  const restarts = async (): Promise<number> => Number(await world.kubectl("get pod redis-0 -o jsonpath={.status.containerStatuses[0].restartCount}"));

  it("its client is the real one, on what the world begins with", async () => {
    assert.match(world.state.engines, /real caches \(Redis \d+\.\d+\.\d+\)/u);
    assert.match(await world.redis("INFO server"), /^tcp_port:\d+/mu);
    assert.match(await world.redis("HGETALL cart:17"), /^12\n2\n88\n1\n$/u);
    assert.match(await world.redis("CONFIG GET maxmemory-policy"), /allkeys-lru/u);
    assert.equal((await inPod("redis-cli", "SET typed 1\nGET typed\n")).trim(), "OK\n1");
    assert.equal((await inPod("redis-cli -x SET piped", "a\nconnect b")).trim(), "OK");
    assert.equal((await world.redis("GET piped")).trim(), "a\nconnect b");
    await assert.rejects(inPod("redis-cli -h nowhere PING"), /Could not connect to Redis at nowhere:6379/u);
  });

  it("the application keeps answers and counts logins in it", async () => {
    await world.until("answers are kept", isCaching);
    assert.deepEqual([await wrongLogin(), await wrongLogin(), await wrongLogin(), await wrongLogin()], [401, 401, 401, 429]);
    assert.match(await world.redis("CLIENT LIST"), /addr=127\.0\.0\.1:\d+ /u);
  });

  it("neither client nor server gets at this machine's files, or at another server", async () => {
    const planted = join(scratch, "planted");
    for (const [script, input, reason] of [
      [`redis-cli --rdb ${planted}`, undefined, /--rdb is refused/u],
      [`redis-cli --eval ${import.meta.filename}`, undefined, /--eval is refused/u],
      ["redis-cli -u redis://10.0.0.1 PING", undefined, /-u is refused/u],
    ] as const) await assert.rejects(inPod(script, input), reason, script);
    assert.match(await world.redis(`CONFIG SET dir ${scratch}`), /^ERR CONFIG SET failed/mu);
    assert.match(await world.redis("REPLICAOF 10.0.0.1 6379"), /^ERR unknown command/mu);
    assert.match(await world.redis("MODULE LOAD /tmp/x.so"), /^ERR MODULE command not allowed/mu);
    assert.match(await inPod("redis-cli 2>&1", "connect 10.0.0.1 6379\nPING\n"), /connect is refused[^]*PONG/u);
    assert.equal(existsSync(planted), false);
  });

  for (const { fault, cure } of [
    { fault: "redis-crash-loop", cure: "delete pod redis-0 --wait=false" },
    { fault: "redis-gone", cure: "scale statefulset/redis --replicas=1" },
  ]) {
    it(`${fault}: ${cure}`, async () => {
      await world.inject(fault);
      await world.until("the application misses the cache", isDown);
      await world.kubectl(cure);
      await world.until("the cache is back", isUp);
      assert.equal((await world.redis("EXISTS cart:17")).trim(), "0", "what was in it is lost");
      await world.until("the application uses it again", isCaching);
    });
  }

  it("a process that ends by itself is a container that does, and starts again", async () => {
    const before = await restarts();
    await world.redis("SET kept no");
    await world.redis("SHUTDOWN NOSAVE").catch(() => undefined);
    await world.until("the container was started again", async () => (await restarts()) > before);
    await world.until("the cache is back", isUp);
    assert.equal((await world.redis("EXISTS kept")).trim(), "0");
  });

  it("a cache that outgrows its container's memory is killed", async () => {
    await world.kubectl('patch statefulset/redis -p {"spec":{"template":{"spec":{"containers":[{"name":"redis","resources":{"limits":{"memory":"16Mi"}}}]}}}}');
    await world.until("the small one runs", async () => (await isUp()) && (await world.kubectl("get pod redis-0 -o jsonpath={.spec.containers[0].resources.limits.memory}")) === "16Mi");
    await world.redis("SETRANGE big 30000000 x");
    await world.until("it is killed", async () => /"reason":"OOMKilled"/u.test(await world.kubectl("get pod redis-0 -o jsonpath={.status.containerStatuses[0]}")));
    await world.kubectl("rollout undo statefulset/redis");
    await world.until("the cache is back", isUp);
  });

  it("redis-data-lost empties it", async () => {
    await world.redis("SET kept yes");
    await world.inject("redis-data-lost");
    assert.equal((await world.redis("EXISTS kept")).trim(), "0");
  });

  it("redis-slow: a real client keeps it busy until somebody ends it, or its pod", async () => {
    await world.until("the cache is up", isUp);
    for (const cure of ["kill", "delete"]) {
      // Half a second of this machine's time.
      await world.inject("redis-slow", { busySeconds: "20" });
      await world.until("the health check times out", isDown);
      assert.equal(await world.standing("redis-slow"), "standing");
      const began = performance.now();
      await Promise.all([1, 2, 3].map(() => world.redis("PING")));
      if (cure === "kill") {
        assert.ok(performance.now() - began > 200, "a person waits as well");
        assert.match(await world.redis("SLOWLOG GET 1"), /\nEVAL\n[^]*\nKEYS\n\*\n/u);
        const address = /addr=(\S+) .*name=report-export/u.exec(await world.redis("CLIENT LIST"))?.[1];
        assert.equal((await world.redis(`CLIENT KILL ADDR ${address ?? ""}`)).trim(), "1");
      } else await world.kubectl("delete pod redis-0 --wait=false");
      await world.until("the fault is gone", async () => (await world.standing("redis-slow")) === "cured");
      await world.until("the cache is quick again", isUp);
    }
  });

  it("comes back with its world, in the same pod, with its settings and what it had saved", async function () {
    const kubectl = await needKubectl("1.30", this);
    const folder = join(scratch, "world");
    const start = (): Promise<World> => startWorld(readWorld(DESCRIPTION), { folder, rate: 40, engines: "real", descriptionPath: DESCRIPTION, onShutdown: () => undefined, report: (text) => console.log(text) });
    const redis = async (...words: readonly string[]): Promise<string> => {
      const { code, output } = await runCommand([kubectl, "--kubeconfig", join(folder, "kubeconfig"), "exec", "redis-0", "--", "redis-cli", ...words], { environment: { HOME: folder, PATH: "" }, limitMs: 30_000, show: "capture" });
      assert.equal(code, 0, output);
      return output.trim();
    };
    const first = await start();
    await redis("SET", "kept", "yes");
    await redis("SAVE");
    await first.close();
    const second = await start();
    try {
      assert.equal(await redis("GET", "kept"), "yes");
      assert.match(await redis("CONFIG", "GET", "maxmemory"), /201326592/u);
    } finally {
      await second.close(true);
    }
    assert.equal(existsSync(folder), false);
  });
});
