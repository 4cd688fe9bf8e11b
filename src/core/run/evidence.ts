import type { Operation } from "../command/operation.ts";
import type { ByteStream } from "../ports.ts";
import { messageOf, RuntimeError } from "../runtimeError.ts";
import type { CellRunnerHost } from "./cellRunner.ts";
import type { WrittenFile } from "./journalEvent.ts";
import { scopeWords } from "./objects.ts";
import { runQuietly } from "./quietCall.ts";

/** The files that hold the evidence, or why they could not be written. */
export type Evidence = { readonly kind: "kept"; readonly files: readonly WrittenFile[] } | { readonly kind: "notKept"; readonly reason: string };

/**
 * Deleting a pod loses its logs and events. Before it happens they are written to files of the run, which the journal records by
 * path and checksum. A part that cannot be read is recorded as its error text: the evidence is then that there was none.
 */
export async function keepEvidence(operations: readonly Operation[], host: CellRunnerHost, signal: AbortSignal): Promise<Evidence> {
  try {
    return { kind: "kept", files: await writeEvidence(operations, host, signal) };
  } catch (error) {
    if (error instanceof RuntimeError) return { kind: "notKept", reason: messageOf(error) };
    throw error;
  }
}

async function writeEvidence(operations: readonly Operation[], host: CellRunnerHost, signal: AbortSignal): Promise<readonly WrittenFile[]> {
  const files: WrittenFile[] = [];
  for (const operation of operations) {
    if (operation.tool !== "kubectl" || operation.verb !== "delete") continue;
    for (const pod of podNames(operation.positionals)) {
      const scope = scopeWords(operation);
      const stamp = new Date(host.ports.clock.now()).toISOString().replaceAll(/[:.]/g, "-");
      const parts: readonly (readonly [string, readonly string[]])[] = [
        ["describe", ["kubectl", "describe", "pod", pod, ...scope]],
        ["log", ["kubectl", "logs", pod, "--all-containers", "--tail=5000", ...scope]],
        ["previous-log", ["kubectl", "logs", pod, "--previous", "--tail=5000", ...scope]],
      ];
      for (const [part, argv] of parts) {
        const result = await runQuietly(argv, host, signal);
        files.push(await host.ports.files.write(`evidence/${stamp}-${pod}-${part}.txt`, bytesOf(result.stdout + result.stderr), { append: false, isWhole: true }));
      }
    }
  }
  return files;
}

function podNames(positionals: readonly string[]): readonly string[] {
  const [first, ...others] = positionals;
  if (first === undefined) return [];
  if (/^(po|pod|pods)$/.test(first)) return others;
  return positionals.flatMap((word) => /^(?:po|pod|pods)\/(.+)$/.exec(word)?.[1] ?? []);
}

async function* bytesOf(text: string): ByteStream {
  yield new TextEncoder().encode(text);
}
