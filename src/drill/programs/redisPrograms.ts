import type { KubeObject, PodProgram, ProgramInvocation, WorldClock } from "../contract.ts";
import { RedisStore } from "./redisStore.ts";
import type { RedisFacts, RedisReply } from "./redisStore.ts";

const encoder = new TextEncoder();

interface RedisOptions {
  readonly host: string;
  readonly port: string;
  readonly isVersion: boolean;
  readonly command: readonly string[];
  /** The first option that is none; `undefined` where all are known. */
  readonly unknown: string | undefined;
}

const valueOptions = ["-h", "-p", "-a", "-n", "-u", "--user", "--pass"];
const flags = ["--raw", "--no-auth-warning", "-3", "-c", "--no-raw"];

function readOptions(args: readonly string[]): RedisOptions {
  const values = new Map<string, string>();
  let at = 0;
  let isVersion = false;
  for (; at < args.length && args[at]?.startsWith("-") === true; at += 1) {
    const option = args[at] ?? "";
    if (valueOptions.includes(option)) values.set(option, args[(at += 1)] ?? "");
    else if (option === "--version" || option === "-v") isVersion = true;
    else if (!flags.includes(option)) return { host: "", port: "", isVersion, command: [], unknown: option };
  }
  return { host: values.get("-h") ?? "127.0.0.1", port: values.get("-p") ?? "6379", isVersion, command: args.slice(at), unknown: undefined };
}

/** A reply as redis-cli prints it without a terminal. */
function replyText(reply: RedisReply): string {
  switch (reply.kind) {
    case "status": case "bulk": case "error": return `${reply.text}\n`;
    case "integer": return `${String(reply.value)}\n`;
    case "nil": return "\n";
    case "list": return `${reply.items.join("\n")}\n`;
  }
}

/** Words of a line, with quotation marks as redis-cli reads them; `undefined` where they do not match. */
function wordsOf(line: string): readonly string[] | undefined {
  const pieces = [...line.matchAll(/\s*(?:"((?:[^"\\]|\\[\s\S])*)"|'((?:[^'\\]|\\')*)'|([^\s"']+))(?=\s|$)/gy)];
  const length = pieces.reduce((sum, piece) => sum + piece[0].length, 0);
  if (line.slice(length).trim() !== "") return undefined;
  return pieces.map(([, double, single, bare]) => double?.replace(/\\([\s\S])/g, (_all, letter: string) => ({ n: "\n", r: "\r", t: "\t" })[letter] ?? letter) ?? single?.replaceAll("\\'", "'") ?? bare ?? "");
}

async function* linesOf(invocation: ProgramInvocation): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of invocation.stdin) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

function factsOf(pod: KubeObject, container: string, now: number): RedisFacts {
  const containers: unknown = pod.spec?.["containers"];
  const found: unknown = Array.isArray(containers) ? containers.find((candidate: unknown) => typeof candidate === "object" && candidate !== null && "name" in candidate && candidate.name === container) : undefined;
  const image = typeof found === "object" && found !== null && "image" in found && typeof found.image === "string" ? found.image : "";
  const started = Date.parse(typeof pod.status?.["startTime"] === "string" ? pod.status["startTime"] : "");
  return { version: /:v?(\d+\.\d+\.\d+)/.exec(image)?.[1] ?? "7.2.4", startedAt: Number.isNaN(started) ? now : started };
}

/** `redis-cli`, on the server of its own pod: a cache whose data is gone with the pod. */
export function createRedisPrograms(parts: { readonly clock: Pick<WorldClock, "now"> }): Readonly<Record<string, PodProgram>> {
  const { clock } = parts;
  const stores = new Map<string, RedisStore>();
  const storeOf = ({ pod, container }: ProgramInvocation): RedisStore => {
    const key = pod.metadata.uid ?? pod.metadata.name;
    const store = stores.get(key) ?? new RedisStore(() => clock.now(), factsOf(pod, container, clock.now()));
    stores.set(key, store);
    return store;
  };
  const client: PodProgram = async (invocation) => {
    const say = (text: string): Promise<void> => invocation.stdout(encoder.encode(text));
    const options = readOptions(invocation.argv.slice(1));
    if (options.unknown !== undefined) {
      await invocation.stderr(encoder.encode(`Unrecognized option or bad number of args for: '${options.unknown}'\n`));
      return 1;
    }
    if (options.isVersion) {
      await say(`redis-cli ${factsOf(invocation.pod, invocation.container, 0).version}\n`);
      return 0;
    }
    if (!["127.0.0.1", "localhost", "::1", invocation.pod.metadata.name].includes(options.host) || options.port !== "6379") {
      await invocation.stderr(encoder.encode(`Could not connect to Redis at ${options.host}:${options.port}: Connection refused\n`));
      return 1;
    }
    const store = storeOf(invocation);
    if (options.command.length > 0) {
      await say(replyText(store.run(options.command)));
      return 0;
    }
    for await (const line of linesOf(invocation)) {
      invocation.signal.throwIfAborted();
      const words = wordsOf(line);
      if (words === undefined) await say("Invalid argument(s)\n");
      else if (/^(?:quit|exit)$/i.test(words[0] ?? "")) return 0;
      else if (words.length > 0) await say(replyText(store.run(words)));
    }
    return 0;
  };
  return { "redis-cli": client };
}
