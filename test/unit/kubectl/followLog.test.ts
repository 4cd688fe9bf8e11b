import assert from "node:assert/strict";
import { followLog } from "../../../src/core/kubectl/followLog.ts";
import type { ByteStream, ClockPort } from "../../../src/core/ports.ts";
import { RuntimeError } from "../../../src/core/runtimeError.ts";

const never = new AbortController().signal;
const clock: ClockPort = { now: () => 0, sleep: async () => undefined };

/** What one connection sends, as one line each, and whether it is then cut. Chunks end where the text says `|`. */
interface Connection {
  readonly text: string;
  readonly isCut: boolean;
}

async function* stream({ text, isCut }: Connection): ByteStream & AsyncGenerator<Uint8Array> {
  for (const chunk of text.split("|")) yield new TextEncoder().encode(chunk);
  if (isCut) throw new RuntimeError("connectionLost", "cut");
}

async function followed(connections: readonly Connection[], keepsTimes = false): Promise<{ readonly text: string; readonly asked: readonly (string | undefined)[] }> {
  const asked: (string | undefined)[] = [];
  const left = [...connections];
  let text = "";
  const open = async (sinceTime: string | undefined): Promise<ByteStream> => {
    asked.push(sinceTime);
    const next = left.shift();
    if (next === undefined) throw new RuntimeError("unreachable", "gone");
    return stream(next);
  };
  for await (const line of followLog(open, keepsTimes, clock, never)) text += new TextDecoder().decode(line);
  assert.equal(left.length, 0);
  return { text, asked };
}

const at = (nanos: string, text: string, second = "01"): string => `2030-05-01T10:00:${second}.${nanos}Z ${text}\n`;

describe("a followed log", () => {
  it("goes on after a cut without losing a line or telling one twice", async () => {
    const first = at("1", "a") + at("2", "b") + at("25", "b") + at("25", "b");
    const { text, asked } = await followed([{ text: `${first}2030-05-01T10:00:01.3|Z ha`, isCut: true }, { text: `${first}${at("3", "half and whole")}${at("4", "d", "02")}`, isCut: false }]);
    assert.equal(text, "a\nb\nb\nb\nhalf and whole\nd\n");
    assert.deepEqual(asked, [undefined, "2030-05-01T10:00:01Z"]);
  });

  it("does not tell what lay before the tail it was asked for", async () => {
    const { text } = await followed([{ text: at("3", "c"), isCut: true }, { text: at("1", "a") + at("2", "b") + at("3", "c") + at("4", "d"), isCut: false }]);
    assert.equal(text, "c\nd\n");
  });

  it("goes on with what is there when the last line's file was rotated away", async () => {
    const { text } = await followed([{ text: at("3", "c"), isCut: true }, { text: at("1", "x", "05") + at("2", "y", "05"), isCut: false }]);
    assert.equal(text, "c\nx\ny\n");
  });

  it("keeps times where they were asked for, lines without one, and bytes that are no text", async () => {
    const remark = "unable to retrieve container logs for containerd://x\n";
    const { text } = await followed([{ text: `${at("1", "a")}${remark}2030-05-01T10:00:02+02:00 no fraction`, isCut: false }], true);
    assert.equal(text, `${at("1", "a")}${remark}2030-05-01T10:00:02+02:00 no fraction`);
  });

  it("gives up a server that stays out of reach, and passes a refusal on at once", async () => {
    await assert.rejects(followed([{ text: at("1", "a"), isCut: true }]), { code: "unreachable" });
    const refused = new Error("refused");
    let opened = 0;
    const open = async (): Promise<ByteStream> => {
      opened += 1;
      if (opened > 1) throw refused;
      return stream({ text: at("1", "a"), isCut: true });
    };
    await assert.rejects(async () => {
      for await (const _ of followLog(open, false, clock, never));
    }, refused);
    assert.equal(opened, 2);
  });
});
