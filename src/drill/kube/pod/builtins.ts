import type { PodProgram, ProgramInvocation, WorldClock } from "../../contract.ts";
import type { PodFiles } from "./podFiles.ts";
import { BrokenPipe } from "./streams.ts";

/** What the small tools of every image work with. */
export interface BuiltinServices {
  readonly files: PodFiles;
  readonly clock: WorldClock;
}

type Builtin = (invocation: ProgramInvocation, services: BuiltinServices) => Promise<number>;

const BUILTINS: Readonly<Record<string, Builtin>> = {
  true: () => Promise.resolve(0),
  ":": () => Promise.resolve(0),
  false: () => Promise.resolve(1),
  echo: async (invocation) => {
    const [, ...words] = invocation.argv;
    const hasNewline = words[0] !== "-n";
    return out(invocation, `${(hasNewline ? words : words.slice(1)).join(" ")}${hasNewline ? "\n" : ""}`);
  },
  printf: (invocation) => out(invocation, formatted(invocation.argv[1] ?? "", invocation.argv.slice(2))),
  cat,
  env: (invocation) => out(invocation, Object.entries(invocation.environment).map(([name, value]) => `${name}=${value}\n`).join("")),
  printenv: async (invocation) => {
    const [, name] = invocation.argv;
    if (name === undefined) return out(invocation, Object.entries(invocation.environment).map(([key, value]) => `${key}=${value}\n`).join(""));
    const value = invocation.environment[name];
    return value === undefined ? 1 : out(invocation, `${value}\n`);
  },
  hostname: (invocation) => out(invocation, `${invocation.environment["HOSTNAME"] ?? ""}\n`),
  pwd: (invocation) => out(invocation, "/\n"),
  whoami: (invocation) => out(invocation, "root\n"),
  id: (invocation) => out(invocation, "uid=0(root) gid=0(root) groups=0(root)\n"),
  date: (invocation, { clock }) => out(invocation, dateText(clock.now(), invocation.argv[1])),
  ls: async (invocation, { files }) => {
    const paths = invocation.argv.slice(1).filter((argument) => !argument.startsWith("-"));
    const path = paths[0] ?? "/";
    const names = files.list(path) ?? (files.read(path) === undefined ? undefined : [path]);
    if (names === undefined) return fail(invocation, `ls: cannot access '${path}': No such file or directory\n`, 2);
    return out(invocation, names.map((name) => `${name}\n`).join(""));
  },
  sleep: async (invocation, { clock }) => {
    const seconds = Number.parseFloat(invocation.argv[1] ?? "");
    if (Number.isNaN(seconds)) return fail(invocation, `sleep: invalid time interval '${invocation.argv[1] ?? ""}'\n`, 1);
    return new Promise((resolve) => {
      const cancel = clock.after(seconds * 1000, () => resolve(0));
      invocation.signal.addEventListener("abort", () => {
        cancel();
        resolve(137);
      });
    });
  },
  test: (invocation, services) => Promise.resolve(isTrue(invocation.argv.slice(1), services) ? 0 : 1),
  "[": async (invocation, services) => {
    if (invocation.argv.at(-1) !== "]") return fail(invocation, "[: missing ']'\n", 2);
    return isTrue(invocation.argv.slice(1, -1), services) ? 0 : 1;
  },
};

/** A tool of every image by name; `undefined` where there is none of that name. */
export function builtinOf(name: string, services: BuiltinServices): PodProgram | undefined {
  const builtin = Object.hasOwn(BUILTINS, name) ? BUILTINS[name] : undefined;
  return builtin === undefined ? undefined : (invocation) => builtin(invocation, services);
}

async function out(invocation: ProgramInvocation, text: string): Promise<number> {
  if (text === "") return 0;
  try {
    await invocation.stdout(Buffer.from(text));
  } catch (error) {
    // As SIGPIPE ends a process: quietly.
    if (error instanceof BrokenPipe) return 141;
    throw error;
  }
  return 0;
}

async function fail(invocation: ProgramInvocation, text: string, code: number): Promise<number> {
  await invocation.stderr(Buffer.from(text));
  return code;
}

async function cat(invocation: ProgramInvocation, { files }: BuiltinServices): Promise<number> {
  const paths = invocation.argv.slice(1);
  let code = 0;
  for (const path of paths.length === 0 ? ["-"] : paths) {
    if (path === "-") {
      for await (const chunk of invocation.stdin) {
        if (invocation.signal.aborted) return 137;
        await invocation.stdout(chunk);
      }
      continue;
    }
    const bytes = files.read(path);
    if (bytes === undefined) code = await fail(invocation, `cat: ${path}: ${files.list(path) === undefined ? "No such file or directory" : "Is a directory"}\n`, 1);
    else await invocation.stdout(bytes);
  }
  return code;
}

/** `printf` with `%s %d %%` and the usual escapes; the format is used again while arguments are left. */
function formatted(format: string, words: readonly string[]): string {
  const rest = [...words];
  const once = (): string =>
    format
      .replaceAll(/\\([nt\\"])/gu, (_whole, letter: string) => (letter === "n" ? "\n" : letter === "t" ? "\t" : letter))
      .replaceAll(/%([sdi%])/gu, (_whole, letter: string) => (letter === "%" ? "%" : letter === "s" ? (rest.shift() ?? "") : String(Number(rest.shift() ?? 0))));
  let text = once();
  while (rest.length > 0 && rest.length < words.length && /%[sdi]/u.test(format)) text += once();
  return text;
}

function dateText(now: number, format: string | undefined): string {
  const date = new Date(now);
  const pad = (value: number): string => String(value).padStart(2, "0");
  if (format?.startsWith("+") !== true) {
    // `Sat, 31 Jan 2026 03:00:00 GMT` becomes `Sat Jan 31 03:00:00 UTC 2026`.
    const [day = "", number = "", month = "", year = "", time = ""] = date.toUTCString().replace(",", "").split(" ");
    return `${day} ${month} ${String(Number(number)).padStart(2, " ")} ${time} UTC ${year}\n`;
  }
  const fields: Readonly<Record<string, string>> = { Y: String(date.getUTCFullYear()), m: pad(date.getUTCMonth() + 1), d: pad(date.getUTCDate()), H: pad(date.getUTCHours()), M: pad(date.getUTCMinutes()), S: pad(date.getUTCSeconds()), s: String(Math.trunc(now / 1000)), F: date.toISOString().slice(0, 10), T: date.toISOString().slice(11, 19) };
  return `${format.slice(1).replaceAll(/%([A-Za-z])/gu, (whole, letter: string) => fields[letter] ?? whole)}\n`;
}

function isTrue(words: readonly string[], services: BuiltinServices): boolean {
  if (words[0] === "!") return !isTrue(words.slice(1), services);
  const [first = "", second = "", third = ""] = words;
  if (words.length === 0) return false;
  if (words.length === 1) return first !== "";
  if (words.length === 2) {
    if (first === "-z") return second === "";
    if (first === "-n") return second !== "";
    if (first === "-d") return services.files.list(second) !== undefined;
    const isFile = services.files.read(second) !== undefined;
    return first === "-f" ? isFile : isFile || services.files.list(second) !== undefined;
  }
  const [left, right] = [Number(first), Number(third)];
  const tests: Readonly<Record<string, boolean>> = { "=": first === third, "==": first === third, "!=": first !== third, "-eq": left === right, "-ne": left !== right, "-lt": left < right, "-le": left <= right, "-gt": left > right, "-ge": left >= right };
  return tests[second] ?? false;
}
