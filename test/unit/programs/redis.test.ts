import assert from "node:assert/strict";
import { createRedisPrograms } from "../../../src/drill/programs/redisPrograms.ts";
import { HandClock, runProgram } from "../sql/engine.ts";

describe("redis-cli", () => {
  const clock = new HandClock();
  const programs = createRedisPrograms({ clock });
  const say = async (...words: readonly string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await runProgram(programs, ["redis-cli", ...words]);
    assert.deepEqual([exitCode, stderr], [0, ""]);
    return stdout.toString();
  };

  it("answers PING", async () => assert.equal(await say("PING"), "PONG\n"));

  it("INFO tells connected_clients, as the runbook greps for it", async () => {
    assert.match(await say("INFO"), /^connected_clients:1\r$/m);
    assert.equal(await say("info", "clients"), "# Clients\r\nconnected_clients:1\r\nblocked_clients:0\r\n\n");
  });

  it("FLUSHALL empties it", async () => {
    assert.equal(await say("SET", "session:1", "ada"), "OK\n");
    assert.equal(await say("SET", "session:2", "zoë"), "OK\n");
    assert.equal(await say("KEYS", "session:*"), "session:1\nsession:2\n");
    assert.equal(await say("DBSIZE"), "2\n");
    assert.equal(await say("FLUSHALL"), "OK\n");
    assert.equal(await say("DBSIZE"), "0\n");
    assert.equal(await say("GET", "session:1"), "\n");
  });

  it("expires by world time", async () => {
    await say("SET", "k", "v", "EX", "10");
    assert.equal(await say("TTL", "k"), "10\n");
    clock.ms += 10_000;
    assert.equal(await say("EXISTS", "k"), "0\n");
    assert.equal(await say("TTL", "k"), "-2\n");
  });

  it("reads commands from standard input", async () => {
    const run = await runProgram(programs, ["redis-cli"], { stdin: `SET "a key" 'it\\'s'\nGET "a key"\nINCR n\nINCR n\nGET "unclosed\n` });
    assert.equal(run.stdout.toString(), "OK\nit's\n1\n2\nInvalid argument(s)\n");
  });

  it("prints errors on standard output and still ends with 0", async () => {
    assert.equal(await say("GET"), "ERR wrong number of arguments for 'get' command\n");
    assert.equal(await say("EXPLODE", "now"), "ERR unknown command 'EXPLODE', with args beginning with: 'now' \n");
  });

  it("cannot reach another host", async () => {
    const run = await runProgram(programs, ["redis-cli", "-h", "elsewhere", "PING"]);
    assert.deepEqual([run.exitCode, run.stderr], [1, "Could not connect to Redis at elsewhere:6379: Connection refused\n"]);
  });
});
