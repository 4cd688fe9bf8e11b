import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { ByteStream } from "../../../src/core/ports.ts";
import { planOperation } from "../../../src/core/command/planOperation.ts";
import { type CellRunnerHost, runCell } from "../../../src/core/run/cellRunner.ts";
import type { PinnedTarget } from "../../../src/core/run/journalEvent.ts";
import type { Outcome } from "../../../src/core/run/outcome.ts";
import { planCellText } from "../../../src/core/run/planCellText.ts";
import { createRedactor, redact } from "../../../src/core/run/redaction.ts";
import { pinTarget } from "../../../src/core/run/targets.ts";
import type { TargetSpec } from "../../../src/core/runbook/document.ts";
import { startS3Server, type S3Server } from "../../../src/drill/s3/s3Server.ts";
import { executeOperation } from "../../../src/kernel/executors.ts";
import { createFilePort } from "../../../src/services/files.ts";
import { type ClosableKubernetesPort, createKubernetesPort } from "../../../src/services/kubernetes/port.ts";
import { createObjectStore } from "../../../src/services/s3.ts";
import { realClock, startTestWorld, type TestWorld } from "../kube/drillCluster.ts";
import { toolPorts } from "../s3/toolHarness.ts";
import { type FaultyProxy, startFaultyProxy } from "./faultyProxy.ts";
import { ok, type ScriptedServer, startScriptedServer, status } from "./scriptedServer.ts";

const never = new AbortController().signal;
const CREDENTIALS = { accessKeyId: "AKIATEST", secretAccessKey: "secret" };
const DUMP_BYTES = 12 << 20;
const SPECS: readonly TargetSpec[] = [
  { kind: "kubernetes", name: "cluster", alias: "prod", context: "drill", namespace: "shop" },
  { kind: "aws", name: "backups", alias: "aws", profile: undefined, region: undefined, account: undefined, buckets: ["backups"] },
];

/** The restore of the runbooks, as a cell, over a store and a cluster that can each be broken. */
describe("the restore stream", function () {
  this.timeout(60_000);
  const dump = randomBytes(DUMP_BYTES);
  const packed = gzipSync(dump, { level: 1 });
  const damaged = Buffer.from(packed);
  damaged.writeUInt32LE(1, damaged.length - 8);
  let folder: string;
  let world: TestWorld;
  let s3: S3Server;
  let liar: ScriptedServer;
  let cluster: FaultyProxy;
  let bucket: FaultyProxy;
  let port: ClosableKubernetesPort;
  let targets: readonly PinnedTarget[];
  let endpoint: string;
  let cutAfterInput = Number.POSITIVE_INFINITY;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "restore-"));
    world = await startTestWorld();
    const object = (key: string, bytes: Buffer): object => ({ key, content: { kind: "bytes", bytes }, modifiedAt: Date.now() });
    s3 = await startS3Server({
      clock: realClock(), credentials: CREDENTIALS, region: "eu-central-1", latencyMs: 0, bytesPerSecond: 1e12,
      buckets: [{ name: "backups", createdAt: 0, objects: [object("dump.sql.gz", packed), object("damaged.sql.gz", damaged)] as never }],
    });
    liar = await startScriptedServer();
    cluster = await startFaultyProxy(world.kubernetes.port);
    bucket = await startFaultyProxy(Number(new URL(s3.endpoint).port));
    const config = join(folder, "kubeconfig");
    writeFileSync(config, readFileSync(world.kubernetes.kubeconfigPath, "utf8").replaceAll(`127.0.0.1:${world.kubernetes.port}`, `127.0.0.1:${cluster.port}`));
    port = await createKubernetesPort({ kubeconfigPath: config, environment: {} });
  });
  beforeEach(async () => {
    for (const proxy of [cluster, bucket]) {
      proxy.cut();
      proxy.resetAfterBytes = undefined;
      proxy.isDown = false;
    }
    endpoint = `http://127.0.0.1:${bucket.port}`;
    targets = await Promise.all(SPECS.map((spec) => pinTarget(spec, ports(), never)));
  });
  after(async () => {
    port.close();
    for (const each of [cluster, bucket, liar, s3]) await each.close();
    await world.close();
    rmSync(folder, { recursive: true });
  });

  function ports(): CellRunnerHost["ports"] {
    const store = createObjectStore({ endpoint, region: "eu-central-1", credentials: CREDENTIALS, stallMs: 2000 });
    return { ...toolPorts({ store, cwd: folder, files: createFilePort({ cwd: folder }) }), kubernetes: async () => ({ ...port, exec: (request, io, signal) => port.exec(request, io.stdin === undefined ? io : { ...io, stdin: watched(io.stdin) }, signal) }) };
  }

  /** Cuts the cluster's connection once so much of the input has been taken. */
  async function* watched(input: ByteStream): AsyncGenerator<Uint8Array> {
    let taken = 0;
    for await (const chunk of input) {
      yield chunk;
      if ((taken += chunk.byteLength) > cutAfterInput) cluster.cut();
    }
  }

  /** Runs a cell and answers its gate; `onIntent` breaks something once the statement that changes has begun. */
  async function run(text: string, onIntent: () => void = () => undefined): Promise<{ readonly outcome: Outcome; readonly stdout: string }> {
    let stdout = "";
    const host: CellRunnerHost = {
      mode: "incident", isUnattended: false, specs: SPECS, targets, ports: ports(), environment: new Map(), redact: (shown) => redact(shown), redactStream: () => createRedactor(), attended: async () => undefined,
      record: async (event) => {
        if (event.type === "statementIntent" && event.risk !== "read") onIntent();
      },
      ask: async (params) => (params.kind === "gate" ? { kind: "gate", answer: "yes", typed: params.question.typed } : undefined),
      keepOutput: () => undefined,
      output: async (output) => {
        if (output.stream === "stdout") stdout += output.text;
      },
      plan: planOperation, planCell: (cell, via) => planCellText(cell, via, new Set()),
      execute: (operation, io, callPorts, signal) => executeOperation(operation, io, callPorts, { targets: SPECS, isDrill: false }, signal),
    };
    const outcome = await runCell({ execution: "x", cell: { name: "restore", step: undefined, language: "bash" }, text, via: undefined, timeoutMs: undefined }, host, never);
    return { outcome, stdout };
  }

  const STREAM = "aws s3 cp s3://backups/dump.sql.gz - | gunzip | kubectl exec -i db-0 -n shop -- count";

  it("streams a dump whole, and in two steps", async () => {
    const whole = await run(STREAM);
    assert.deepEqual([whole.outcome.status, whole.stdout], ["succeeded", `${DUMP_BYTES}\n`]);
    const twoSteps = await run("aws s3 cp s3://backups/dump.sql.gz dump.sql.gz\ngunzip -c dump.sql.gz | kubectl exec -i db-0 -n shop -- count");
    assert.deepEqual([twoSteps.outcome.status, twoSteps.stdout.split("\n").at(-2)], ["succeeded", String(DUMP_BYTES)]);
    assert.equal(createHash("sha256").update(readFileSync(join(folder, "dump.sql.gz"))).digest("hex"), createHash("sha256").update(packed).digest("hex"));
  });

  it("fails when the store's connection is cut, and says how far it got", async () => {
    const { outcome } = await run(STREAM, () => (bucket.resetAfterBytes = 4 << 20));
    assert.equal(outcome.status, "unknown");
    assert.match(outcome.message ?? "", /GetObject .*; \d+ of \d+ bytes had come .*\d+ bytes of its input had been read\.$/);
  });

  it("fails when the cluster's connection is cut, and says how far it got", async () => {
    cutAfterInput = 4 << 20;
    const { outcome } = await run(STREAM);
    cutAfterInput = Number.POSITIVE_INFINITY;
    assert.equal(outcome.status, "unknown");
    assert.match(outcome.message ?? "", /connection .*Verify its effect before you repeat it\. \d+ bytes of its input had been read\.$/);
  });

  it("fails on a damaged archive", async () => {
    const { outcome } = await run(STREAM.replace("dump.sql.gz", "damaged.sql.gz"));
    assert.equal(outcome.status, "failed");
    assert.match(outcome.message ?? "", /gzip: stdin: invalid compressed data--crc error \d+ bytes of its input had been read\.$/s);
  });

  it("fails when the program in the pod fails, with its words", async () => {
    const { outcome } = await run(STREAM.replace("count", "fail"));
    assert.equal(outcome.status, "failed");
    assert.match(outcome.message ?? "", /exit code 3: command terminated with exit code 3.* \d+ bytes of its input had been read\.$/s);
  });

  it("fails when what comes has another checksum than what was stored", async () => {
    const headers = { "content-type": "application/octet-stream", "content-length": "5", "x-amz-checksum-sha256": createHash("sha256").update("other").digest("base64") };
    liar.script(ok("", headers), ok("hello", headers));
    endpoint = liar.address;
    const { outcome } = await run("aws s3 cp s3://backups/x - | kubectl exec -i db-0 -n shop -- count");
    assert.equal(outcome.status, "unknown");
    assert.match(outcome.message ?? "", /what came is not what was stored/);
  });

  it("fails by name when the store is busy for good, and has read nothing", async () => {
    liar.script((response) => response.writeHead(200, { "content-length": "5" }).end(), status(503, { "content-type": "application/xml" }, "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"));
    endpoint = liar.address;
    const { outcome, stdout } = await run("aws s3 cp s3://backups/x - | kubectl exec -i db-0 -n shop -- count");
    assert.deepEqual([outcome.status, stdout], ["failed", "0\n"]);
    assert.match(outcome.message ?? "", /An error occurred \(SlowDown\) when calling the GetObject operation \(reached max retries: 2\)/);
  });
});
