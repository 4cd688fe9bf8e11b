import type { JqPort } from "../core/ports.ts";

/** Options that take the value(s) after them. */
const OPTION_VALUES: Readonly<Record<string, number>> = { "--arg": 2, "--argjson": 2, "--indent": 1 };

/** Long options of raw output by the letter of `PrintMode` that they mean; colour is for terminals. */
const RAW_OPTIONS: Readonly<Record<string, string>> = { "--raw-output": "r", "--join-output": "j", "--raw-output0": "0", "--color-output": "" };

/** How one call prints, read from its options. */
interface PrintMode {
  /** Strings are printed without quotes. */
  readonly isRaw: boolean;
  /** What stands after each output. */
  readonly end: "" | "\n" | "\0";
  /** Options as given, without those that this mode stands for. */
  readonly rest: readonly string[];
}

/** jq 1.8 as WebAssembly, loaded at the first use. An evaluation cannot be interrupted; an aborted signal is seen before it. */
export function createJq(): JqPort {
  return {
    run: async (input, args, signal) => {
      const { loadJq } = await import("jq-wasm");
      const jq = await loadJq();
      signal.throwIfAborted();
      const mode = readMode(args.slice(0, -1));
      // The package trims what jq prints, which would eat spaces and empty lines of raw strings: jq prints JSON here, and the
      // quotes come off afterwards.
      const result = jq.raw(input, args.at(-1) ?? ".", [...mode.rest]);
      return { stdout: print(result.stdout, mode), stderr: result.stderr === "" ? "" : `${nameStdin(result.stderr)}\n`, exitCode: result.exitCode };
    },
  };
}

function readMode(options: readonly string[]): PrintMode {
  const rest: string[] = [];
  let letters = "";
  for (let index = 0; index < options.length; index += 1) {
    const option = options[index] ?? "";
    const values = OPTION_VALUES[option] ?? 0;
    if (RAW_OPTIONS[option] !== undefined) letters += RAW_OPTIONS[option];
    else if (/^-[a-zA-Z]+$/.test(option)) {
      letters += option.slice(1);
      const left = option.slice(1).replaceAll(/[rjC]/g, "");
      if (left !== "") rest.push(`-${left}`);
    } else rest.push(option, ...options.slice(index + 1, index + 1 + values));
    index += values;
  }
  // With -a jq keeps the quotes, because the escapes are JSON's.
  const isAscii = letters.includes("a") || rest.includes("--ascii-output");
  return { isRaw: /[rj0]/.test(letters) && !isAscii, end: letters.includes("0") ? "\0" : letters.includes("j") ? "" : "\n", rest };
}

/** An output of jq ends at a line that starts in the first column and opens nothing; a string is such a line by itself. */
function print(stdout: string, mode: PrintMode): string {
  if (stdout === "") return "";
  const lines = stdout.split("\n").map((line) => {
    const text = mode.isRaw && line.startsWith('"') ? String(JSON.parse(line)) : line;
    return /^(?:\s|[[{]$)/.test(line) ? `${line}\n` : `${text}${mode.end}`;
  });
  return lines.join("");
}

/** The package hands the input over as a file; jq's own words for it are `<stdin>`. */
function nameStdin(stderr: string): string {
  return stderr.replaceAll(/\(at \/[^\s:)]*stdin[^\s:)]*:/gi, "(at <stdin>:");
}
