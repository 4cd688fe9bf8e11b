import assert from "node:assert/strict";
import * as fc from "fast-check";
import { planOperation } from "../../../src/core/command/planOperation.ts";
import { base64 } from "../../../src/core/filters/base64.ts";
import type { ToolPorts } from "../../../src/core/ports.ts";

async function run(argv: readonly string[], chunks: readonly Uint8Array[]): Promise<{ readonly stdout: Buffer; readonly stderr: string; readonly exitCode: number }> {
  const { operation, problems } = planOperation(["base64", ...argv].map((value) => ({ value, start: 0, end: 0, unresolved: [] })), { kind: "stream" });
  assert.deepEqual(problems, []);
  const [stdout, stderr]: [Uint8Array[], Uint8Array[]] = [[], []];
  const stdin = (async function* () {
    yield* chunks;
  })();
  // base64 without a file uses no port.
  const exitCode = await base64(operation, { stdin, stdout: async (chunk) => void stdout.push(chunk), stderr: async (chunk) => void stderr.push(chunk) }, {} as ToolPorts, new AbortController().signal);
  return { stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString(), exitCode };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("base64", () => {
  it("encodes and decodes any bytes, however they are cut, in lines of 76 or as asked", () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 5 }), async (chunks) => {
        const whole = Buffer.concat(chunks);
        const encoded = await run(["-w0"], chunks);
        assert.equal(encoded.stdout.toString(), whole.toString("base64"));
        assert.equal((await run([], chunks)).stdout.toString(), (whole.toString("base64").match(/.{1,76}/g) ?? []).map((line) => `${line}\n`).join(""));
        const cut = [...encoded.stdout].map((byte) => Uint8Array.of(byte));
        assert.deepEqual((await run(["-d"], cut)).stdout, whole);
      }),
      { numRuns: 100 },
    ));

  it("prints what it could decode of bad input, says so, and fails, as coreutils do", async () => {
    for (const [input, output] of [["aGVsbG8", "hello"], ["aGV*sbG8=", "he"], ["aGVs!!", "hel"]] as const) {
      assert.deepEqual(await run(["-d"], [bytes(input)]), { stdout: Buffer.from(output), stderr: "base64: invalid input\n", exitCode: 1 }, input);
    }
    assert.equal((await run(["-di"], [bytes("aG*Vs\r\nbG8=")])).stdout.toString(), "hello");
  });
});
