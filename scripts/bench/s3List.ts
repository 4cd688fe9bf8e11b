import assert from "node:assert/strict";
import { awsExecutors } from "../../src/core/aws/executors.ts";
import { planOperation, wordsOf } from "../../src/core/command/planOperation.ts";
import { createObjectStore } from "../../src/services/s3.ts";
import { CREDENTIALS, REGION, startGoldenServer } from "../../test/golden/aws/fixture.ts";
import { runTool, toolPorts } from "../../test/integration/s3/toolHarness.ts";
import { findProgram, machineFolders } from "../../test/parts/programs.ts";
import { runCommand } from "../lib/children.ts";
import { type Comparison, inTurn, milliseconds } from "./comparison.ts";

const argv = ["s3", "ls", "s3://shop-backups/mysql/"];

/** `aws s3 ls` in process against the AWS command line, over one bucket, with the same text. */
export async function s3List(): Promise<Comparison> {
  const aws = findProgram("aws", machineFolders());
  if (aws === undefined) throw new Error("there is no aws on this machine (Debian has it as awscli)");
  const server = await startGoldenServer();
  try {
    const store = createObjectStore({ endpoint: server.endpoint, region: REGION, credentials: CREDENTIALS });
    const { operation } = planOperation(wordsOf(["aws", ...argv]));
    const executor = awsExecutors["s3 ls"];
    assert.ok(executor !== undefined);
    const environment = { PATH: process.env["PATH"], HOME: "/nonexistent", TZ: "UTC", AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId, AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey, AWS_EC2_METADATA_DISABLED: "true" };
    let [mine, theirs] = ["", ""];
    const pairs = await inTurn(
      7,
      () => milliseconds(async () => (mine = (await runTool(executor, operation, toolPorts({ store }))).stdout)),
      () => milliseconds(async () => {
        const { code, output } = await runCommand([aws, ...argv, "--endpoint-url", server.endpoint, "--region", REGION], { environment, limitMs: 60_000, show: "capture" });
        assert.equal(code, 0, output);
        theirs = output;
      }),
    );
    assert.equal(mine, theirs);
    return { name: "`aws s3 ls` of a folder", ours: "in process", peer: "AWS command line", unit: "ms", pairs };
  } finally {
    await server.close();
  }
}
