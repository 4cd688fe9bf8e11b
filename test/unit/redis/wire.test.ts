import assert from "node:assert/strict";
import { readReply } from "../../../src/drill/engines/redisWire.ts";
import { array, bulk, error, integer, status, type RedisReply } from "../../../src/drill/redis/reply.ts";

const REPLIES: readonly (readonly [text: string, reply: RedisReply])[] = [
  ["+OK\r\n", status("OK")],
  ["-ERR no\r\n", error("ERR no")],
  [":-7\r\n", integer(-7)],
  ["$-1\r\n", bulk(undefined)],
  ["$0\r\n\r\n", bulk("")],
  ["$6\r\na\r\nü\n\r\n", bulk("a\r\nü\n")],
  ["*-1\r\n", bulk(undefined)],
  ["*0\r\n", array([])],
  ["*3\r\n$1\r\na\r\n*1\r\n:1\r\n$-1\r\n", array([bulk("a"), array([integer(1)]), bulk(undefined)])],
];

describe("Redis' replies on the wire", () => {
  for (const [text, reply] of REPLIES) {
    it(`reads ${JSON.stringify(text)} once all of it is there`, () => {
      const bytes = Buffer.from(text);
      for (let length = 0; length < bytes.length; length += 1) assert.equal(readReply(bytes.subarray(0, length), 0), undefined, String(length));
      assert.deepEqual(readReply(Buffer.concat([bytes, bytes]), 0), { reply, end: bytes.length });
    });
  }

  it("says of anything else that it is none", () => {
    assert.deepEqual(readReply(Buffer.from("HTTP/1.1 400\r\n"), 0)?.reply, error("ERR the server does not speak Redis' protocol: HTTP/1.1 400"));
  });
});
