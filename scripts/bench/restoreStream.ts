import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { findKubectl } from "../../test/parts/kubectl.ts";
import { findProgram, machineFolders } from "../../test/parts/programs.ts";
import { endWithParent, runCommand } from "../lib/children.ts";
import { root } from "../lib/paths.ts";
import { type Comparison, inTurn, milliseconds, type Pair } from "./comparison.ts";

/** Where the bucket and the cluster of this bench are. */
export interface RestoreServers {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly kubeconfig: string;
  readonly packedBytes: number;
}

/** Bytes of the dump as the pod reads it; `DR_RUNBOOK_BENCH_DUMP_MIB` chooses another size. */
const DUMP_BYTES = Number(process.env["DR_RUNBOOK_BENCH_DUMP_MIB"] ?? "2048") * 1024 * 1024;
const PEAK_LIMIT_KIB = 100 * 1024;
const LIMIT_MS = 1_800_000;

/** A dump streamed from the bucket into the pod in process, against `aws s3 cp - | gunzip | kubectl exec -i`; and the memory that ours takes. */
export async function restoreStream(): Promise<Comparison[]> {
  const kubectl = await findKubectl("1.33");
  const aws = findProgram("aws", machineFolders());
  if (aws === undefined) throw new Error("there is no aws on this machine (Debian has it as awscli)");
  const node = [process.execPath, "--disable-warning=ExperimentalWarning", join(root, "scripts/bench/restoreWorker.ts")];
  const serving = spawn(node[0] ?? "", [...node.slice(1), "servers", String(DUMP_BYTES)], { stdio: ["pipe", "pipe", "inherit"], detached: true });
  const forget = endWithParent(serving);
  try {
    const [line] = (await once(createInterface(serving.stdout), "line")) as [string];
    const servers = JSON.parse(line) as RestoreServers;
    let peakKiB = 0;
    const pairs = await inTurn(
      1,
      async () => {
        const { code, output } = await runCommand([...node, "ours", line], { limitMs: LIMIT_MS, show: "capture" });
        assert.equal(code, 0, output);
        const ran = JSON.parse(output.split("\n").find((text) => text.startsWith("{")) ?? "") as { ms: number; grownKiB: number; stdout: string };
        assert.equal(ran.stdout, String(DUMP_BYTES));
        peakKiB = Math.max(peakKiB, ran.grownKiB);
        return ran.ms;
      },
      () => milliseconds(() => peer(servers, aws, kubectl)),
    );
    const size = `${DUMP_BYTES / 1024 / 1024} MiB`;
    const memory: Pair = { ours: peakKiB, peer: PEAK_LIMIT_KIB };
    return [
      { name: `a restore stream of ${size}`, ours: "in process", peer: "aws | gunzip | kubectl 1.33", unit: "ms", pairs },
      { name: "memory that it takes at its peak", ours: "beside the idle process", peer: "limit", unit: "KiB", isLimit: true, pairs: [memory] },
    ];
  } finally {
    serving.stdin.end();
    forget();
  }
}

async function peer(servers: RestoreServers, aws: string, kubectl: string): Promise<void> {
  const script = `set -o pipefail; '${aws}' s3 cp s3://backups/dump.sql.gz - --endpoint-url ${servers.endpoint} --region eu-central-1 | gunzip | '${kubectl}' exec -i db-0 -- count`;
  const environment = { PATH: process.env["PATH"], HOME: "/nonexistent", KUBECONFIG: servers.kubeconfig, AWS_ACCESS_KEY_ID: servers.accessKeyId, AWS_SECRET_ACCESS_KEY: servers.secretAccessKey, AWS_EC2_METADATA_DISABLED: "true" };
  const { code, output } = await runCommand(["bash", "-c", script], { environment, limitMs: LIMIT_MS, show: "capture" });
  assert.equal(code, 0, output);
  assert.equal(output.trim(), String(DUMP_BYTES));
}
