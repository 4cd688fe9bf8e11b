import assert from "node:assert/strict";
import { copyObject } from "../../../src/core/aws/copy.ts";
import { listObjects } from "../../../src/core/aws/list.ts";
import type { ObjectStorePort } from "../../../src/core/ports.ts";
import { RuntimeError } from "../../../src/core/runtimeError.ts";
import { bytes, operation, runTool, toolPorts } from "../../integration/s3/toolHarness.ts";

const unused = (): Promise<never> => Promise.reject(new Error("unused"));
const silentStore: ObjectStorePort = { listBuckets: unused, list: unused, head: unused, get: unused, put: unused, copy: unused };

describe("aws s3 in process, where it stops", () => {
  it("lets an unreachable endpoint through, so that the run can name the target's state", async () => {
    const store = { ...silentStore, listBuckets: () => Promise.reject(new RuntimeError("unreachable", "no TCP")) };
    await assert.rejects(runTool(listObjects, operation("aws", "s3 ls", []), toolPorts({ store })), (error: unknown) => error instanceof RuntimeError && error.code === "unreachable");
  });

  it("never takes half an object for the whole", async () => {
    const store: ObjectStorePort = { ...silentStore, head: (_bucket, key) => Promise.resolve({ key, size: 100, modifiedAt: 0 }), get: () => Promise.resolve({ size: 100, body: bytes("half") }) };
    const call = operation("aws", "s3 cp", [], {}, ["s3://b/dump.gz", "-"]);
    await assert.rejects(runTool(copyObject, call, toolPorts({ store })), /4 of 100 bytes came/);
  });
});
