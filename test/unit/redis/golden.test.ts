import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { printed, wordsOf } from "../../../src/drill/programs/redisPrograms.ts";
import { redisServer } from "./server.ts";

const GOLDEN = join(import.meta.dirname, "../../golden/redis");

/** What real redis-cli printed after each command, in order. */
function recorded(): readonly { readonly command: string; readonly text: string }[] {
  const commands = readFileSync(join(GOLDEN, "commands.txt"), "utf8").trimEnd().split("\n");
  const parts = readFileSync(join(GOLDEN, "recorded.txt"), "utf8").split(/^> .*\n/mu).slice(1);
  assert.equal(parts.length, commands.length);
  return commands.map((command, index) => ({ command, text: parts[index] ?? "" }));
}

/** A hash's order is by insertion here and by hash there, for sets too. */
const inAnyOrder = (text: string): string => text.split("\n").sort().join("\n");

describe("the cache server, held to what Redis 7.0.15 printed (test/golden/redis/record.sh)", () => {
  const { server } = redisServer();
  const client = server.connect("127.0.0.1:40000");
  for (const { command, text } of recorded()) {
    it(command, () => {
      const words = wordsOf(command) ?? [];
      const got = printed(words, server.run(client, words).reply, false);
      if (/^(?:SMEMBERS|KEYS|SCAN)/u.test(command)) assert.equal(inAnyOrder(got), inAnyOrder(text));
      else assert.equal(got.replaceAll("\r", ""), text.replaceAll("\r", ""));
    });
  }
});
