import type { CurlFailure } from "./failure.ts";

/** Options that are carried out, by long name: whether they take a value. The schema table leaves all others to the binary; a test holds the two together. */
export const OPTIONS: Readonly<Record<string, boolean>> = {
  request: true, header: true, data: true, "data-ascii": true, "data-raw": true, "data-binary": true, "data-urlencode": true, json: true, get: false, head: false,
  silent: false, "show-error": false, fail: false, "fail-with-body": false, output: true, "write-out": true, location: false, insecure: false, "max-time": true,
  "connect-timeout": true, user: true, "user-agent": true, cookie: true, include: false, retry: true, "retry-delay": true, "retry-all-errors": false,
  "retry-connrefused": false, resolve: true, referer: true, globoff: false, url: true, "oauth2-bearer": true, "max-redirs": true, "no-progress-meter": false,
  "no-buffer": false, disable: false, "http1.1": false, "progress-bar": false, "path-as-is": false, "dump-header": true, "create-dirs": false, cacert: true,
};

const SHORT: Readonly<Record<string, string>> = {
  X: "request", H: "header", d: "data", G: "get", I: "head", s: "silent", S: "show-error", f: "fail", o: "output", w: "write-out", L: "location", k: "insecure",
  m: "max-time", u: "user", A: "user-agent", b: "cookie", i: "include", e: "referer", g: "globoff", N: "no-buffer", q: "disable", "#": "progress-bar", D: "dump-header",
};

/** One data option, in the order given. */
export interface CurlData {
  readonly kind: "data" | "data-raw" | "data-binary" | "data-urlencode" | "json";
  readonly value: string;
}

/** A call of curl, read from its words as curl reads them. */
export interface CurlCall {
  readonly urls: readonly string[];
  readonly has: (name: string) => boolean;
  /** The last value given, as curl takes it. */
  readonly value: (name: string) => string | undefined;
  readonly values: (name: string) => readonly string[];
  readonly data: readonly CurlData[];
}

/** A text for standard error and an exit code. */
export interface CurlReadFailure {
  readonly kind: "usage";
  readonly failure: CurlFailure;
}

const HELP = "curl: try 'curl --help' or 'curl --manual' for more information\n";

/** Reads the words after `curl`. Short options may be bundled and carry their value (`-XPOST`, `-sSo file`). */
export function readCurlCall(words: readonly string[]): { readonly kind: "call"; readonly call: CurlCall } | CurlReadFailure {
  const given = new Map<string, string[]>();
  const data: CurlData[] = [];
  const urls: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    if (word === "--") {
      urls.push(...words.slice(index + 1));
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      urls.push(word);
      continue;
    }
    for (const { option, attached } of splitWord(word)) {
      const takesValue = OPTIONS[option];
      if (takesValue === undefined) return usage(`curl: option ${word}: is unknown\n${HELP}`);
      const value = takesValue ? (attached ?? words[(index += 1)]) : "";
      if (value === undefined) return usage(`curl: option ${word}: requires parameter\n${HELP}`);
      if (option === "url") urls.push(value);
      else if (isData(option)) data.push({ kind: option === "data-ascii" ? "data" : option, value });
      else given.set(option, [...(given.get(option) ?? []), value]);
    }
  }
  if (urls.length === 0) return usage(`curl: no URL specified!\n${HELP}`);
  const values = (name: string): readonly string[] => given.get(name) ?? [];
  return { kind: "call", call: { urls, data, values, has: (name) => given.has(name), value: (name) => values(name).at(-1) } };
}

function isData(option: string): option is CurlData["kind"] | "data-ascii" {
  return option.startsWith("data") || option === "json";
}

function usage(text: string): CurlReadFailure {
  return { kind: "usage", failure: { exitCode: 2, text } };
}

/** A long option, or the short ones of a bundle; from the first that takes a value on, the rest is that value. */
function splitWord(word: string): readonly { readonly option: string; readonly attached: string | undefined }[] {
  if (word.startsWith("--")) return [{ option: word.slice(2), attached: undefined }];
  const found: { option: string; attached: string | undefined }[] = [];
  for (let index = 1; index < word.length; index += 1) {
    const option = SHORT[word[index] ?? ""] ?? `-${word[index] ?? ""}`;
    if (OPTIONS[option] === true) {
      found.push({ option, attached: index + 1 < word.length ? word.slice(index + 1) : undefined });
      break;
    }
    found.push({ option, attached: undefined });
  }
  return found;
}
