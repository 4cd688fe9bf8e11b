import { hasFlag } from "../command/schema/spec.ts";
import type { Operation } from "../command/operation.ts";
import { isRefused, planOperation, wordsOf } from "../command/planOperation.ts";

/** Verbs that are tried as they are, with `--dry-run=server`. */
const TRIED = new Set(["delete", "scale", "set env", "set image", "patch", "rollout undo", "create"]);

/** Flags with which an apply can be tried by the server: the others prune, wait or read what only the binary reads. */
const APPLY_FLAGS = new Set(["filename", "namespace", "context", "server-side", "force-conflicts", "field-manager"]);

/**
 * The call by which the API server is asked to try a change without making it (`dryRun=All`); `undefined` where there is none. It runs in
 * process: no binary is started for it.
 */
export function dryRunCall(operation: Operation): Operation | undefined {
  if (operation.tool !== "kubectl" || operation.risk === "read" || hasFlag(operation, "dry-run")) return undefined;
  const argv = dryRunWords(operation);
  if (argv === undefined) return undefined;
  const { operation: tried, problems } = planOperation(wordsOf(argv));
  return tried.engine === "inProcess" && tried.risk === "read" && !isRefused(problems) ? tried : undefined;
}

function dryRunWords(operation: Operation): readonly string[] | undefined {
  // What comes through a pipe is known only when the cell runs.
  if (operation.flags["patch-file"] === "/dev/stdin") return undefined;
  if (TRIED.has(operation.verb)) return [...operation.argv, "--dry-run=server"];
  if (operation.verb === "rollout restart") return restartWords(operation);
  if (operation.verb !== "apply") return undefined;
  const files = [operation.flags["filename"] ?? []].flat().map(String);
  const isOwn = files.length > 0 && !files.some((file) => file === "-" || /^https?:/.test(file)) && Object.keys(operation.flags).every((flag) => APPLY_FLAGS.has(flag));
  if (!isOwn) return undefined;
  // What a client-side apply sends is made from the object's own annotation; the server-side one asks the same of it: is this allowed, and is it valid?
  const words = operation.argv.filter((word) => !/^--(?:server-side|force-conflicts)(?:=|$)/.test(word));
  return [...words, "--server-side", "--force-conflicts", "--dry-run=server"];
}

/** A restart is a patch of the pod template; kubectl has no dry run of it. */
function restartWords(operation: Operation): readonly string[] | undefined {
  if (operation.flags["selector"] !== undefined || operation.positionals.length === 0) return undefined;
  const patch = JSON.stringify({ spec: { template: { metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": "2006-01-02T15:04:05Z" } } } } });
  const scope = (["context", "namespace"] as const).flatMap((flag) => {
    const value = operation.flags[flag];
    return typeof value === "string" ? [`--${flag}=${value}`] : [];
  });
  return ["kubectl", "patch", ...operation.positionals, ...scope, `--patch=${patch}`, "--dry-run=server"];
}
