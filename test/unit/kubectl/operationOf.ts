import type { FlagValue, Operation } from "../../../src/core/command/operation.ts";

const SHORT: Readonly<Record<string, string>> = { n: "namespace", o: "output", l: "selector", A: "all-namespaces", f: "follow", p: "previous", c: "container", i: "stdin", t: "tty", L: "label-columns", e: "env", q: "quiet" };
const SWITCHES = new Set([
  "all-namespaces", "show-labels", "no-headers", "follow", "previous", "timestamps", "all-containers", "stdin", "tty", "now", "force", "all", "ignore-not-found", "quiet", "containers", "list", "show-kind", "prefix", "overwrite", "watch", "wait", "show-managed-fields", "sum", "ignore-errors", "minify",
]);
const LISTS = new Set(["env"]);
const TWO_WORDS = new Set(["rollout", "set", "auth", "config"]);

/** Reads kubectl words into an operation, as far as the tests need it. The product's schema does this for real. */
export function operationOf(argv: readonly string[]): Operation {
  const words = argv[0] === "kubectl" ? argv.slice(1) : argv;
  const dash = words.indexOf("--");
  const own = dash < 0 ? words : words.slice(0, dash);
  const flags: Record<string, FlagValue> = {};
  const positionals: string[] = [];
  for (let index = 0; index < own.length; index += 1) {
    const word = own[index] ?? "";
    if (!word.startsWith("-") || word === "-") {
      positionals.push(word);
      continue;
    }
    if (!word.startsWith("--") && word.length > 2 && Array.from(word.slice(1)).every((letter) => SWITCHES.has(SHORT[letter] ?? ""))) {
      for (const letter of word.slice(1)) flags[SHORT[letter] ?? letter] = true;
      continue;
    }
    const equals = word.indexOf("=");
    const raw = word.startsWith("--") ? word.slice(2, equals < 0 ? undefined : equals) : word.slice(1, 2);
    const name = word.startsWith("--") ? raw : (SHORT[raw] ?? raw);
    const attached = word.startsWith("--") ? (equals < 0 ? undefined : word.slice(equals + 1)) : word.length > 2 ? word.slice(2).replace(/^=/, "") : undefined;
    const value = attached ?? (SWITCHES.has(name) ? true : own[(index += 1)] ?? "");
    const before = flags[name];
    flags[name] = LISTS.has(name) ? [...(Array.isArray(before) ? before : []), String(value)] : value;
  }
  const size = TWO_WORDS.has(positionals[0] ?? "") ? 2 : 1;
  return {
    tool: "kubectl", verb: positionals.slice(0, size).join(" "), argv: ["kubectl", ...words], positionals: positionals.slice(size), flags,
    rest: dash < 0 ? undefined : words.slice(dash + 1), inner: undefined, engine: "inProcess", risk: "read", why: "", destination: undefined, undo: undefined, waits: false,
  };
}
