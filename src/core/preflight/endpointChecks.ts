import type { PlannedOperation } from "../command/plan.ts";
import { readCurlCall } from "../curl/options.ts";
import { withServiceProxy } from "../curl/serviceProxy.ts";
import type { TargetSpec } from "../runbook/document.ts";
import { RuntimeError } from "../runtimeError.ts";
import { fails, ok, settled, warns, type Check } from "./check.ts";

/** The addresses of a curl call answer at all. A HEAD asks for it: the call itself, which may change something, is not made. */
export function endpointChecks({ operation, unresolved }: PlannedOperation, spec: TargetSpec | undefined): readonly Check[] {
  const read = readCurlCall(operation.argv.slice(1));
  if (read.kind !== "call") return [];
  const { call } = read;
  const isPlain = operation.risk === "read" && !call.has("get") && call.data.length === 0;
  return call.urls.flatMap((word): readonly Check[] => {
    const address = addressOf(word, unresolved, isPlain);
    if (address === undefined) return unresolved.some((part) => word.includes(part)) ? [] : [settled("endpoint", word, fails(`${word} is no address`, "Correct the address."))];
    const insecure = call.has("insecure");
    const resolve = call.values("resolve");
    return [{
      key: `http|${address}|${insecure}|${resolve.join(",")}`, kind: "endpoint", what: address, target: spec?.kind === "http" ? spec : undefined,
      run: async ({ ports }, signal) => {
        try {
          const response = await withServiceProxy(ports).request({ method: "HEAD", url: address, headers: [["User-Agent", "dr-runbook"], ["Accept", "*/*"]], body: undefined, insecure, resolve }, signal);
          for await (const chunk of response.body) if (chunk.byteLength < 0) break;
          if (response.status >= 500) return warns(`${address} answers ${response.status}`, "That may be what the runbook is about; if not, look at it first.");
          return ok(`answers ${response.status}`);
        } catch (error) {
          if (!(error instanceof RuntimeError) || signal.aborted) throw error;
          return fails(`${address} does not answer: ${error.message}`, error.hint || "Check the address and the way to it.");
        }
      },
    }];
  });
}

/** The whole address where a HEAD of it asks for the same thing; else its root. */
function addressOf(word: string, unresolved: readonly string[], isPlain: boolean): string | undefined {
  const text = /^[a-z]+:\/\//i.test(word) ? word : `http://${word}`;
  const isWhole = isPlain && !unresolved.some((part) => text.includes(part));
  const origin = /^[a-z]+:\/\/[^/?#]+/i.exec(text)?.[0] ?? "";
  if (unresolved.some((part) => origin.includes(part))) return undefined;
  try {
    return new URL(isWhole ? text : origin).href;
  } catch {
    // Not an address: the caller says so, with the word as it is written.
    return undefined;
  }
}
