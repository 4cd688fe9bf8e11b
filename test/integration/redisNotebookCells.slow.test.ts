import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { spawnSync } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { needRedis, type Redis } from "../parts/redis.ts";
import { cellsOf, cellText, openNotebookShell, type NotebookShell, type ShellRun } from "./notebookShell.ts";

const cells = cellsOf("03-redis-failure");

/** Enough that reading every key's name takes a server a noticeable while. */
const MANY_KEYS = 300_000;

describe("the Redis cells of the notebooks on a real Redis", function () {
  this.timeout(60_000);
  let real: Redis;
  let shell: NotebookShell;
  const run = (names: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<ShellRun> => shell.run(names.map((name) => cellText(cells, name)), variables);
  const redis = (...words: readonly string[]): string => spawnSync(real.client, ["-p", String(real.port), ...words], { encoding: "utf8" }).stdout.trim();

  before(async function () {
    real = await needRedis(this, ["--enable-debug-command", "local", "--maxmemory", "192mb", "--maxmemory-policy", "allkeys-lru"]);
    const client = `exec ${real.client} -p ${real.port}`;
    shell = openNotebookShell({
      programs: { "redis-cli": `${client} "$@"` },
      // In the place of the application, which reads an answer that it keeps in Redis.
      operator: { curl: `${client} GET answer:/api/categories > /dev/null` },
    });
  });

  after(async () => {
    shell?.close();
    await real?.stop();
  });

  for (const name of ["detect-ping", "redis-ping"]) {
    it(`${name}: PONG, and nothing else`, async () => assert.deepEqual(await run([name]), { exitCode: 0, stdout: "PONG\n", stderr: "" }));
  }

  it("detect-ping: ends with 0 where a password is wanted, as the notebook warns, and does not say PONG", async () => {
    redis("CONFIG", "SET", "requirepass", "secret");
    try {
      const { exitCode, stdout } = await run(["detect-ping"]);
      assert.equal(exitCode, 0);
      assert.match(stdout, /^NOAUTH /u);
    } finally {
      redis("-a", "secret", "CONFIG", "SET", "requirepass", "");
    }
  });

  it("redis-info: clients, memory and policy are found under their names", async () => {
    const { exitCode, stdout } = await run(["redis-info"]);
    assert.equal(exitCode, 0);
    assert.match(stdout.replaceAll("\r", ""), /^connected_clients:1\nused_memory_human:\S+\nmaxmemory_human:192\.00M\nmaxmemory_policy:allkeys-lru\n$/u);
  });

  it("cache-hits: succeeds where the cache answers, and fails where nothing is found in it", async () => {
    redis("SET", "answer:/api/categories", "[]");
    assert.equal((await run(["cache-hits"])).exitCode, 0);
    redis("DEL", "answer:/api/categories");
    assert.notEqual((await run(["cache-hits"])).exitCode, 0);
  });

  it("cache-warmth: counts the keys, the hits and the misses", async () => {
    redis("FLUSHALL");
    redis("MSET", "a", "1", "b", "2");
    const { exitCode, stdout } = await run(["cache-warmth"]);
    assert.equal(exitCode, 0);
    assert.match(stdout.replaceAll("\r", ""), /^2\nkeyspace_hits:\d+\nkeyspace_misses:\d+\n$/u);
  });

  it("redis-clients and end-client: find the client that reads every key, end it and keep the sessions", async () => {
    redis("SET", "session:1", "17");
    redis("DEBUG", "POPULATE", String(MANY_KEYS));
    const blocker = await startBlocker(real.port);
    try {
      await delay(500);
      const address = `127.0.0.1:${String(blocker.localPort)}`;
      const found = await run(["redis-clients"]);
      assert.equal(found.exitCode, 0, found.stderr);
      assert.match(found.stdout, /keys/iu);
      assert.equal(found.stdout.trim().split("\n").at(-1), address);
      const { exitCode, stdout } = await run(["end-client"], { BLOCKER: address });
      assert.deepEqual([exitCode, stdout], [0, "1\n"]);
      if (!blocker.closed) await once(blocker, "close");
      assert.equal(redis("GET", "session:1"), "17");
    } finally {
      blocker.destroy();
    }
  });
});

/** A client that asks for every key again as soon as it has them all. */
async function startBlocker(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.on("error", () => undefined); // Ending it is what the test is about.
  // An answer has ended when nothing of it has come for a while: asking before that would only make the server's queue longer.
  const asking = setTimeout(() => socket.write("KEYS *\r\n"), 30);
  socket.on("data", () => asking.refresh()).once("close", () => clearTimeout(asking));
  return socket;
}
