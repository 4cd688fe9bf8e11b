import type { JqPort } from "../core/ports.ts";

/** Options that take the value(s) after them. */
const OPTION_VALUES: Readonly<Record<string, number>> = { "--arg": 2, "--argjson": 2, "--indent": 1 };

/** How one call prints, read from its options. */
interface PrintMode {
  readonly isRaw: boolean;
  readonly isJoined: boolean;
  readonly isNulTerminated: boolean;
  /** Options as given, without those that `mode` stands for. */
  readonly rest: readonly string[];
}

/** jq 1.8 as WebAssembly, loaded at the first use. A raw string that holds NUL is refused, where jq would print it. An evaluation cannot be interrupted; an aborted signal is seen before it. */
export function createJq(): JqPort {
  return {
    run: async (input, args, signal) => {
      const { loadJq } = await import("jq-wasm");
      const jq = await loadJq();
      signal.throwIfAborted();
      const filter = args.at(-1) ?? ".";
      const mode = readMode(args.slice(0, -1));
      // The package trims the output, which would eat spaces and empty lines at its ends: with these two options each output of jq
      // stands between a record separator and a NUL, which are not trimmed.
      const result = jq.raw(input, filter, mode.isRaw ? [...mode.rest, "--seq", "--raw-output0"] : [...mode.rest]);
      return { stdout: terminate(result.stdout, mode), stderr: result.stderr === "" ? "" : `${nameStdin(result.stderr)}\n`, exitCode: result.exitCode };
    },
  };
}

function readMode(options: readonly string[]): PrintMode {
  const rest: string[] = [];
  let [isRaw, isJoined, isNulTerminated] = [false, false, false];
  for (let index = 0; index < options.length; index += 1) {
    const option = options[index] ?? "";
    const values = OPTION_VALUES[option] ?? 0;
    if (option === "--raw-output") isRaw = true;
    else if (option === "--join-output") isRaw = isJoined = true;
    else if (option === "--raw-output0") isRaw = isNulTerminated = true;
    else if (/^-[a-zA-Z]+$/.test(option)) {
      isRaw ||= /[rj]/.test(option);
      isJoined ||= option.includes("j");
      const left = option.slice(1).replaceAll(/[rj]/g, "");
      if (left !== "") rest.push(`-${left}`);
    } else rest.push(option, ...options.slice(index + 1, index + 1 + values));
    index += values;
  }
  return { isRaw, isJoined, isNulTerminated, rest };
}

function terminate(stdout: string, mode: PrintMode): string {
  if (mode.isRaw) return stdout.split("\0").map((output) => output.replace(/^\x1e/, "")).join(mode.isNulTerminated ? "\0" : mode.isJoined ? "" : "\n");
  return stdout === "" ? "" : `${stdout}\n`;
}

/** The package hands the input over as a file; jq's own words for it are `<stdin>`. */
function nameStdin(stderr: string): string {
  return stderr.replaceAll(/\(at \/[^\s:)]*stdin[^\s:)]*:/gi, "(at <stdin>:");
}
