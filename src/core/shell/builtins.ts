import type { Operation } from "../command/operation.ts";

/**
 * Runs what only the shell itself can do, on the run's variables. Resolves to the exit code, or `undefined` where the operation is
 * no such builtin. `set` is a no-op: `-e`, `-u` and `pipefail` are how statements run here anyway.
 */
export function runBuiltin(operation: Operation, environment: Map<string, string>): number | undefined {
  switch (operation.tool) {
    case "export":
      for (const word of operation.positionals) {
        const sign = word.indexOf("=");
        if (sign > 0) environment.set(word.slice(0, sign), word.slice(sign + 1));
      }
      return 0;
    case "unset":
      for (const name of operation.positionals) environment.delete(name);
      return 0;
    case "set":
    case ":":
      return 0;
    default:
      return undefined;
  }
}
