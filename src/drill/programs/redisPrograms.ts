import type { PodProgram, ProgramInvocation } from "../contract.ts";
import type { RedisClient } from "../redis/command.ts";
import { rawText, terminalText, type RedisReply } from "../redis/reply.ts";
import { RedisServer } from "../redis/server.ts";
import { isOwnHost, type RedisNetwork } from "./redisConnection.ts";

const encoder = new TextEncoder();
/** Waits below this are not noticed. */
const NOTICEABLE_MS = 5;
/** What redis-cli prints as it is, also at a terminal. */
const PLAIN = /^(?:info|lolwut|client (?:list|info)|cluster (?:info|nodes)|memory doctor|latency doctor)\b/iu;
const VALUE_OPTIONS = ["-h", "-p", "-a", "-n", "-u", "-r", "-i", "-t", "--user", "--pass", "--pattern", "--count"];
const FLAGS = ["--raw", "--no-raw", "--no-auth-warning", "--scan", "-2", "-3", "-c", "-e"];
const PASSWORD_WARNING = "Warning: Using a password with '-a' or '-u' option on the command line interface may not be safe.\n";

interface Options {
  readonly values: ReadonlyMap<string, string>;
  readonly flags: ReadonlySet<string>;
  readonly isVersion: boolean;
  readonly command: readonly string[];
  /** The first option that is none; `undefined` where all are known. */
  readonly unknown: string | undefined;
}

function readOptions(args: readonly string[]): Options {
  const values = new Map<string, string>();
  const flags = new Set<string>();
  let at = 0;
  let isVersion = false;
  for (; at < args.length && args[at]?.startsWith("-") === true; at += 1) {
    const option = args[at] ?? "";
    if (VALUE_OPTIONS.includes(option) && at + 1 < args.length) values.set(option, args[(at += 1)] ?? "");
    else if (option === "--version" || option === "-v") isVersion = true;
    else if (FLAGS.includes(option)) flags.add(option);
    else return { values, flags, isVersion, command: [], unknown: option };
  }
  return { values, flags, isVersion, command: args.slice(at), unknown: undefined };
}

/** Words of a line, with quotation marks as redis-cli reads them; `undefined` where they do not match. */
export function wordsOf(line: string): readonly string[] | undefined {
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

/** A command's reply as redis-cli prints it. */
export function printed(words: readonly string[], reply: RedisReply, isFormatted: boolean): string {
  const isPlain = PLAIN.test(words.join(" "));
  return isFormatted ? terminalText(reply, isPlain) : rawText(reply, isPlain);
}

/** One redis-cli: its connection and how it prints. */
class Session {
  readonly #server: RedisServer;
  readonly #client: RedisClient;
  readonly #invocation: ProgramInvocation;
  readonly #network: RedisNetwork;
  readonly #isFormatted: boolean;

  constructor(server: RedisServer, client: RedisClient, invocation: ProgramInvocation, network: RedisNetwork, isFormatted: boolean) {
    this.#server = server;
    this.#client = client;
    this.#invocation = invocation;
    this.#network = network;
    this.#isFormatted = isFormatted;
  }

  /** Runs a command; its reply comes when the server gets to it. */
  async ask(words: readonly string[]): Promise<RedisReply> {
    const { reply, tookMs } = this.#server.run(this.#client, words);
    if (tookMs >= NOTICEABLE_MS) await this.#network.sleep(tookMs, this.#invocation.signal);
    return reply;
  }

  async print(words: readonly string[]): Promise<void> {
    await this.#invocation.stdout(encoder.encode(printed(words, await this.ask(words), this.#isFormatted)));
  }

  /** `--scan`: every key on a line. */
  async scan(pattern: string | undefined): Promise<void> {
    const reply = await this.ask(["KEYS", pattern ?? "*"]);
    if (reply.kind === "array" && reply.items.length > 0) await this.#invocation.stdout(encoder.encode(rawText(reply)));
  }

  /** Commands from standard input, one a line, until it ends or `quit`. */
  async readLines(prompt: string): Promise<void> {
    const { stdout, signal } = this.#invocation;
    if (prompt !== "") await stdout(encoder.encode(prompt));
    for await (const line of linesOf(this.#invocation)) {
      signal.throwIfAborted();
      const words = wordsOf(line.replace(/\r$/u, ""));
      if (words === undefined) await stdout(encoder.encode("Invalid argument(s)\n"));
      else if (/^(?:quit|exit)$/i.test(words[0] ?? "")) return;
      else if (words.length > 0) await this.print(words);
      if (prompt !== "") await stdout(encoder.encode(prompt));
    }
  }
}

async function runClient(invocation: ProgramInvocation, network: RedisNetwork): Promise<number> {
  const options = readOptions(invocation.argv.slice(1));
  const complain = (text: string): Promise<void> => invocation.stderr(encoder.encode(text));
  if (options.unknown !== undefined) {
    await complain(`Unrecognized option or bad number of args for: '${options.unknown}'\n`);
    return 1;
  }
  const [host, port] = [options.values.get("-h") ?? "127.0.0.1", options.values.get("-p") ?? "6379"];
  const server = isOwnHost(invocation.pod, host) ? network.local(invocation.pod) : network.remote(invocation.pod, host);
  if (server !== undefined && !(server instanceof RedisServer)) throw new Error("The servers of a world are of one engine.");
  if (options.isVersion) {
    await invocation.stdout(encoder.encode(`redis-cli ${network.local(invocation.pod)?.version ?? ""}\n`));
    return 0;
  }
  const password = options.values.get("-a") ?? options.values.get("--pass") ?? invocation.environment["REDISCLI_AUTH"];
  if (options.values.has("-a") && !options.flags.has("--no-auth-warning")) await complain(PASSWORD_WARNING);
  if (server === undefined || port !== server.config.text("port")) {
    await complain(`Could not connect to Redis at ${host}:${port}: Connection refused\n`);
    return 1;
  }
  const client = server.connect(`${isOwnHost(invocation.pod, host) ? "127.0.0.1" : String(invocation.pod.status?.["podIP"] ?? "10.0.0.1")}:${40_000 + (server.counters.connections % 20_000)}`);
  const isTerminal = invocation.isTerminal === true;
  const session = new Session(server, client, invocation, network, options.flags.has("--no-raw") || (isTerminal && !options.flags.has("--raw")));
  try {
    if (password !== undefined) {
      const reply = await session.ask(options.values.has("--user") ? ["AUTH", options.values.get("--user") ?? "", password] : ["AUTH", password]);
      if (reply.kind === "error") await complain(`AUTH failed: ${reply.text}\n`);
    }
    if (options.values.has("-n")) await session.ask(["SELECT", options.values.get("-n") ?? "0"]);
    if (options.flags.has("--scan")) await session.scan(options.values.get("--pattern"));
    else if (options.command.length > 0) for (let left = Number(options.values.get("-r") ?? 1); left > 0; left -= 1) await session.print(options.command);
    else await session.readLines(isTerminal ? `${host}:${port}> ` : "");
  } finally {
    server.disconnect(client);
  }
  return 0;
}

/** `redis-cli`, on the server of its own pod or on one that the cluster's names lead to. */
export function createRedisPrograms(network: RedisNetwork): Readonly<Record<string, PodProgram>> {
  return { "redis-cli": (invocation) => runClient(invocation, network) };
}
