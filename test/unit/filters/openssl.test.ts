import assert from "node:assert/strict";
import { planOperation, wordsOf } from "../../../src/core/command/planOperation.ts";
import { openssl } from "../../../src/core/filters/openssl.ts";
import { runTool, toolPorts } from "../../integration/s3/toolHarness.ts";

describe("openssl rand in process", () => {
  const print = async (line: string): Promise<string> => (await runTool(openssl, planOperation(wordsOf(line.split(" "))).operation, toolPorts({}))).stdout;

  it("prints base64 in lines of 64, and hex in one", async () => {
    assert.match(await print("openssl rand -base64 64"), /^[A-Za-z0-9+/]{64}\n[A-Za-z0-9+/]{22}==\n$/);
    assert.match(await print("openssl rand -hex 20"), /^[0-9a-f]{40}\n$/);
  });

  it("leaves everything else to the binary", () => {
    const engine = (line: string): string => planOperation(wordsOf(line.split(" "))).operation.engine;
    assert.deepEqual(["openssl rand -base64 64", "openssl rand -hex 8"].map(engine), ["inProcess", "inProcess"]);
    assert.deepEqual(["openssl rand 8", "openssl rand -base64 -out f 8", "openssl x509 -in c.pem", "openssl rand -hex 8 9"].map(engine), ["delegated", "delegated", "delegated", "delegated"]);
  });
});
