import type { Redirection } from "unbash";
import type { Problem } from "../problem.ts";
import type { ByteSink, ByteStream, FilePort } from "../ports.ts";
import { createChannel, type Channel } from "./channel.ts";
import { expandText, expandWords, type ExpansionHost } from "./expand.ts";

/** A redirection with its words expanded, in the order written. */
export type ResolvedRedirection =
  | { readonly kind: "input"; readonly path: string }
  | { readonly kind: "inputText"; readonly text: string }
  | { readonly kind: "output"; readonly descriptors: readonly (1 | 2)[]; readonly path: string; readonly append: boolean }
  | { readonly kind: "duplicate"; readonly descriptor: 1 | 2; readonly of: 1 | 2 };

/** A file that a redirection wrote. */
export interface RedirectedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The streams of one call with its redirections applied. `finish` ends the files and waits until they are written. */
export interface OpenedStreams {
  readonly stdin: ByteStream | undefined;
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
  finish(): Promise<readonly RedirectedFile[]>;
}

/** Expands the targets of a command's redirections. */
export async function resolveRedirections(
  redirections: readonly Redirection[],
  host: ExpansionHost,
): Promise<{ readonly resolved: readonly ResolvedRedirection[]; readonly problems: readonly Problem[] }> {
  const resolved: ResolvedRedirection[] = [];
  const problems: Problem[] = [];
  for (const redirection of redirections) {
    const one = redirection.type === "Redirect" ? await resolveFile(redirection, host, problems) : await resolveText(redirection, host, problems);
    if (one !== undefined) resolved.push(one);
  }
  return { resolved, problems };
}

async function resolveText(redirection: Exclude<Redirection, { type: "Redirect" }>, host: ExpansionHost, problems: Problem[]): Promise<ResolvedRedirection | undefined> {
  const node = redirection.type === "HereDoc" ? redirection.body : redirection.target;
  if (node === undefined) return undefined;
  const expanded = await expandText(node, host);
  problems.push(...expanded.problems);
  return { kind: "inputText", text: redirection.type === "HereString" ? `${expanded.text}\n` : stripTabs(expanded.text, redirection.operator) };
}

/** `<<-` takes the tabs at the beginning of each line away. */
export function stripTabs(text: string, operator: "<<" | "<<-"): string {
  return operator === "<<-" ? text.replaceAll(/^\t+/gm, "") : text;
}

async function resolveFile(redirection: Extract<Redirection, { type: "Redirect" }>, host: ExpansionHost, problems: Problem[]): Promise<ResolvedRedirection | undefined> {
  const target = redirection.target;
  if (target === undefined) return undefined;
  const descriptor = redirection.descriptor?.type === "FileDescriptor" && redirection.descriptor.value === 2 ? 2 : 1;
  if (redirection.operator === ">&") return { kind: "duplicate", descriptor, of: target.value === "2" ? 2 : 1 };
  const { words, problems: found } = await expandWords([target], host);
  problems.push(...found);
  const path = words[0]?.value;
  if (words.length !== 1 || path === undefined) {
    if (found.length === 0) problems.push({ code: "redirect-target", start: target.pos, end: target.end, facts: { count: String(words.length) } });
    return undefined;
  }
  if (redirection.operator === "<") return { kind: "input", path };
  const append = redirection.operator === ">>" || redirection.operator === "&>>";
  return { kind: "output", descriptors: redirection.operator.startsWith("&") ? [1, 2] : [descriptor], path, append };
}

/** Opens the streams of one call. Rejects as `files.read` does when an input file cannot be read. */
export async function openStreams(
  redirections: readonly ResolvedRedirection[],
  base: { readonly stdin: ByteStream | undefined; readonly stdout: ByteSink; readonly stderr: ByteSink },
  files: FilePort,
): Promise<OpenedStreams> {
  let stdin = base.stdin;
  const sinks: Record<1 | 2, ByteSink> = { 1: base.stdout, 2: base.stderr };
  const open: { readonly channel: Channel; readonly written: Promise<RedirectedFile | Error> }[] = [];
  for (const redirection of redirections) {
    switch (redirection.kind) {
      case "input":
        stdin = redirection.path === "/dev/null" ? textStream("") : await files.read(redirection.path);
        break;
      case "inputText":
        stdin = textStream(redirection.text);
        break;
      case "duplicate":
        sinks[redirection.descriptor] = sinks[redirection.of];
        break;
      case "output": {
        const sink = redirection.path === "/dev/null" ? discard : openFile(redirection.path, redirection.append, files, open);
        for (const descriptor of redirection.descriptors) sinks[descriptor] = sink;
      }
    }
  }
  return { stdin, stdout: sinks[1], stderr: sinks[2], finish: () => finishFiles(open) };
}

function openFile(path: string, append: boolean, files: FilePort, open: { channel: Channel; written: Promise<RedirectedFile | Error> }[]): ByteSink {
  const channel = createChannel();
  // The failure is kept as a value until `finish`, so that it cannot be an unhandled rejection in between.
  const written = files.write(path, channel.stream, { append }).catch((error: unknown) => {
    channel.close();
    return error instanceof Error ? error : new Error(String(error));
  });
  open.push({ channel, written });
  return channel.sink;
}

async function finishFiles(open: readonly { channel: Channel; written: Promise<RedirectedFile | Error> }[]): Promise<readonly RedirectedFile[]> {
  for (const { channel } of open) channel.end();
  const written = await Promise.all(open.map((file) => file.written));
  return written.map((file) => {
    if (file instanceof Error) throw file;
    return file;
  });
}

async function discard(): Promise<void> {
  // What goes to /dev/null is nobody's.
}

/** A stream of one text. */
export function textStream(text: string): ByteStream {
  return {
    async *[Symbol.asyncIterator]() {
      if (text !== "") yield new TextEncoder().encode(text);
    },
  };
}
