import assert from "node:assert/strict";
import type { OutputNotification } from "../../../src/core/protocol.ts";
import { OutputQueue } from "../../../src/kernel/outputQueue.ts";

const piece = (text: string, statement = 0): OutputNotification => ({ execution: "x", statement, stream: "stdout", text });
const MIB = "x".repeat(1024 * 1024);

/** A front that takes a message when it is told to. */
class Front {
  readonly got: OutputNotification[] = [];
  readonly #open: (() => void)[] = [];

  readonly send = (output: OutputNotification): Promise<void> => {
    this.got.push(output);
    return new Promise((resolve) => void this.#open.push(resolve));
  };

  async take(): Promise<void> {
    this.#open.shift()?.();
    await new Promise(setImmediate);
  }
}

describe("output on its way to a front", () => {
  it("joins the pieces of one stream that wait, and keeps the order", async () => {
    const front = new Front();
    const queue = new OutputQueue(front.send);
    for (const text of ["a", "b", "c"]) await queue.push(piece(text));
    await queue.push(piece("d", 1));
    await front.take();
    await front.take();
    assert.deepEqual(front.got.map(({ statement, text }) => [statement, text]), [[0, "a"], [0, "bc"], [1, "d"]]);
  });

  it("lets what prints wait for a slow front", async () => {
    const front = new Front();
    const queue = new OutputQueue(front.send);
    await queue.push(piece("a"));
    let isThrough = false;
    const pushed = queue.push(piece(MIB)).then(() => (isThrough = true));
    await new Promise(setImmediate);
    assert.equal(isThrough, false);
    await front.take();
    await front.take();
    await pushed;
    assert.equal(front.got.length, 2);
  });

  it("goes on without a front that takes nothing, and tells it what it missed once it does", async () => {
    const front = new Front();
    const queue = new OutputQueue(front.send, 1);
    await queue.push(piece("a"));
    await queue.push(piece(MIB));
    for (let turn = 0; turn < 100; turn += 1) await queue.push(piece("missed"));
    await queue.flush();
    assert.equal(front.got.length, 1);
    await front.take();
    await front.take();
    assert.match(front.got.at(-1)?.text ?? "", /^\n… 600 characters did not reach this front/);
    await front.take();
    await queue.push(piece("again"));
    assert.equal(front.got.at(-1)?.text, "again");
  });

  it("is done with a front that is gone", async () => {
    const queue = new OutputQueue(() => Promise.reject(new Error("gone")));
    await queue.push(piece(MIB));
    await queue.push(piece(MIB));
    await queue.flush();
  });
});
