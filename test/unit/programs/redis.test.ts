import assert from "node:assert/strict";
import { createRedisPrograms } from "../../../src/drill/programs/redisPrograms.ts";
import { redisServer } from "../redis/server.ts";
import { runProgram } from "../sql/engine.ts";

describe("redis-cli", () => {
  const { server } = redisServer();
  const other = redisServer().server;
  const programs = createRedisPrograms({ local: () => server, remote: (_pod, host) => (host === "redis" ? other : undefined), sleep: () => Promise.resolve() });
  const say = async (...words: readonly string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await runProgram(programs, ["redis-cli", ...words]);
    assert.deepEqual([exitCode, stderr], [0, ""]);
    return stdout.toString();
  };

  it("answers PING", async () => assert.equal(await say("PING"), "PONG\n"));

  it("INFO tells connected_clients, as the runbook greps for it", async () => {
    assert.match(await say("INFO"), /^connected_clients:1\r$/m);
    assert.match(await say("info", "clients"), /^# Clients\r\nconnected_clients:1\r\n/);
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

  it("reads commands from standard input", async () => {
    const run = await runProgram(programs, ["redis-cli"], { stdin: `SET "a key" 'it\\'s'\nGET "a key"\nINCR n\nINCR n\nGET "unclosed\n` });
    assert.equal(run.stdout.toString(), "OK\nit's\n1\n2\nInvalid argument(s)\n");
  });

  it("prints errors on standard output, with a blank line, and still ends with 0", async () => {
    assert.equal(await say("GET"), "ERR wrong number of arguments for 'get' command\n\n");
    assert.equal(await say("EXPLODE", "now"), "ERR unknown command 'EXPLODE', with args beginning with: 'now' \n\n");
  });

  it("shows kinds and quotation marks at a terminal, as --no-raw does", async () => {
    assert.equal(await say("--no-raw", "SET", "q", 'a b"é'), "OK\n");
    assert.equal(await say("--no-raw", "GET", "q"), '"a b\\"\\xc3\\xa9"\n');
    assert.equal(await say("--no-raw", "GET", "nope"), "(nil)\n");
    assert.equal(await say("--no-raw", "FOO"), "(error) ERR unknown command 'FOO', with args beginning with: \n");
    assert.equal(await say("--no-raw", "KEYS", "nope"), "(empty array)\n");
    assert.equal(await say("--no-raw", "DBSIZE"), "(integer) 3\n");
    assert.match(await say("--no-raw", "SCAN", "0", "COUNT", "100"), /^1\) "0"\n2\) 1\) "a key"\n {3}2\) "n"\n {3}3\) "q"\n$/);
  });

  it("reaches another host by its name, and says when nothing listens there", async () => {
    assert.equal(await say("-h", "redis", "DBSIZE"), "0\n");
    const run = await runProgram(programs, ["redis-cli", "-h", "elsewhere", "PING"]);
    assert.deepEqual([run.exitCode, run.stderr], [1, "Could not connect to Redis at elsewhere:6379: Connection refused\n"]);
  });
});
