// One side of the restore bench in a process of its own: `servers BYTES` holds the bucket and the cluster until its input ends, `ours STATE`
// streams the dump once and prints what that took as JSON.
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { planOperation, wordsOf } from "../../src/core/command/planOperation.ts";
import { runPipeline } from "../../src/core/shell/pipeline.ts";
import { startS3Server } from "../../src/drill/s3/s3Server.ts";
import { executeOperation } from "../../src/kernel/executors.ts";
import { createFilePort } from "../../src/services/files.ts";
import { createKubernetesPort } from "../../src/services/kubernetes/port.ts";
import { createObjectStore } from "../../src/services/s3.ts";
import { realClock, startTestWorld } from "../../test/integration/kube/drillCluster.ts";
import { toolPorts } from "../../test/integration/s3/toolHarness.ts";
import type { RestoreServers } from "./restoreStream.ts";

const [, , mode = "", argument = ""] = process.argv;
if (mode === "servers") await serve(Number(argument));
else await restore(JSON.parse(argument) as RestoreServers);

async function serve(bytes: number): Promise<void> {
  const world = await startTestWorld();
  const credentials = { accessKeyId: "AKIABENCH", secretAccessKey: "bench" };
  // A dump packs to about a fifth: lines of words with some that do not repeat.
  const line = Buffer.concat([Buffer.from("INSERT INTO orders VALUES ("), Buffer.from(randomBytes(96).toString("hex")), Buffer.from(", 'paid', 'paid', 'paid', 'paid', 'paid', 'paid', 'paid');\n".repeat(12))]);
  const part = Buffer.alloc(Math.min(bytes, 64 << 20), line);
  const member = gzipSync(part, { level: 1 });
  const packed = Buffer.concat(Array.from({ length: bytes / part.length }, () => member));
  const s3 = await startS3Server({
    clock: realClock(), credentials, region: "eu-central-1", latencyMs: 0, bytesPerSecond: 1e13,
    buckets: [{ name: "backups", createdAt: 0, objects: [{ key: "dump.sql.gz", content: { kind: "bytes", bytes: packed }, modifiedAt: 0 }] }],
  });
  console.log(JSON.stringify({ endpoint: s3.endpoint, ...credentials, kubeconfig: world.kubernetes.kubeconfigPath, packedBytes: packed.length } satisfies RestoreServers));
  process.stdin.resume().on("end", () => void s3.close().then(() => world.close()).then(() => process.exit(0)));
}

async function restore({ endpoint, accessKeyId, secretAccessKey, kubeconfig }: RestoreServers): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-restore-"));
  const cluster = await createKubernetesPort({ kubeconfigPath: kubeconfig });
  const store = createObjectStore({ endpoint, region: "eu-central-1", credentials: { accessKeyId, secretAccessKey } });
  const files = createFilePort({ cwd: folder });
  const ports = { ...toolPorts({ store, cwd: folder, files }), kubernetes: async () => cluster };
  const stages = [["aws", "s3", "cp", "s3://backups/dump.sql.gz", "-"], ["gunzip"], ["kubectl", "exec", "-i", "db-0", "--", "count"]].map((argv) => ({ operation: planOperation(wordsOf(argv)).operation, redirections: [], pipesErrors: false }));
  let stdout = "";
  const io = { stdin: undefined, stdout: async (chunk: Uint8Array) => void (stdout += Buffer.from(chunk).toString()), stderr: async (chunk: Uint8Array) => void process.stderr.write(chunk) };
  // The SDK is loaded, and the system's high-water mark set back, before what is measured.
  await store.listBuckets(new AbortController().signal);
  writeFileSync("/proc/self/clear_refs", "5");
  const before = memoryKiB("VmRSS");
  const start = performance.now();
  const result = await runPipeline(stages, { files, execute: (operation, streams, signal) => executeOperation(operation, streams, ports, { targets: [], isDrill: false }, signal) }, io, false, new AbortController().signal);
  const ms = performance.now() - start;
  cluster.close();
  rmSync(folder, { recursive: true });
  if (result.error !== undefined) throw new Error("the stream failed", { cause: result.error });
  console.log(JSON.stringify({ ms, grownKiB: Math.max(1, memoryKiB("VmHWM") - before), stdout: stdout.trim() }));
  process.exit(0);
}

/** A figure of this process as Linux counts it. */
function memoryKiB(name: "VmHWM" | "VmRSS"): number {
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
}
