import assert from "node:assert/strict";
import { rawText } from "../../../src/drill/redis/reply.ts";
import type { RedisServer } from "../../../src/drill/redis/server.ts";
import { redisServer } from "./server.ts";

function ask(server: RedisServer, line: string, client = server.connect("127.0.0.1:40000")): string {
  return rawText(server.run(client, line.split(" ")).reply).trimEnd();
}

describe("the cache server's data", () => {
  it("expires by world time", () => {
    const { server, clock } = redisServer();
    ask(server, "SET session:1 ada EX 10");
    clock.ms += 9_999;
    assert.equal(ask(server, "GET session:1"), "ada");
    clock.ms += 1;
    assert.equal(ask(server, "EXISTS session:1"), "0");
    assert.match(ask(server, "INFO stats"), /expired_keys:1\r/u);
  });

  it("told to stop, it saves; cut short, it keeps what was on its disk", () => {
    const [told, killed] = [redisServer(), redisServer()];
    for (const { server } of [told, killed]) ask(server, "SET cart:1 nails");
    told.server.stop("terminated");
    killed.server.stop("killed");
    assert.equal(ask(redisServer({}, told.files.at(-1)).server, "GET cart:1"), "nails");
    assert.deepEqual(killed.files, []);
  });

  it("saves by itself where its save points say so, as of before the next change", () => {
    const { server, clock, files } = redisServer({ save: "60 1" });
    ask(server, "SET a 1");
    clock.ms += 61_000;
    ask(server, "SET a 2");
    server.stop("killed");
    assert.equal(ask(redisServer({}, files.at(-1)).server, "GET a"), "1");
  });

  it("with an append-only file loses nothing", () => {
    const { server, files } = redisServer({ appendonly: "yes" });
    ask(server, "SET a 2");
    server.stop("killed");
    assert.equal(ask(redisServer({}, files.at(-1)).server, "GET a"), "2");
  });

  it("evicts by its policy, and refuses where it may not", () => {
    const { server, clock } = redisServer({ "maxmemory": "900000", "maxmemory-policy": "allkeys-lru" });
    const client = server.connect("127.0.0.1:40000");
    for (let index = 0; index < 40; index += 1) {
      clock.ms += 1;
      ask(server, `SET k${index} ${"x".repeat(1000)}`, client);
    }
    assert.equal(ask(server, "EXISTS k0"), "0");
    assert.equal(ask(server, "EXISTS k39"), "1");
    ask(server, "CONFIG SET maxmemory-policy noeviction maxmemory 1");
    assert.equal(ask(server, "SET k 1"), "OOM command not allowed when used memory > 'maxmemory'.");
    assert.equal(ask(server, "DEL k39"), "1", "what frees memory is let through");
  });
});

describe("the cache server's clients", () => {
  it("wants the password it was given", () => {
    const { server } = redisServer({ requirepass: "pw" });
    const client = server.connect("10.0.0.7:4000");
    assert.equal(ask(server, "PING", client), "NOAUTH Authentication required.");
    assert.equal(ask(server, "AUTH wrong", client), "WRONGPASS invalid username-password pair or user is disabled.");
    assert.equal(ask(server, "AUTH pw", client), "OK");
    assert.equal(ask(server, "PING", client), "PONG");
  });

  it("a client that keeps it busy makes the others wait, shows in CLIENT LIST and SLOWLOG, and is gone when killed", () => {
    const { server } = redisServer();
    server.connect("10.0.0.9:5000", { name: "export", busyMs: 3000, lastCommand: "KEYS *" });
    const client = server.connect("10.0.0.7:4000");
    assert.ok(server.run(client, ["GET", "a"]).tookMs >= 3000);
    assert.match(ask(server, "CLIENT LIST", client), /addr=10\.0\.0\.9:5000 .*name=export .*cmd=keys/u);
    assert.match(ask(server, "SLOWLOG GET 1", client), /3000000\nKEYS\n\*\n10\.0\.0\.9:5000\nexport/u);
    assert.equal(ask(server, "CLIENT KILL ADDR 10.0.0.9:5000", client), "1");
    assert.ok(server.run(client, ["GET", "a"]).tookMs < 1);
  });
});
