import type { PodProgram, ProgramInvocation } from "../contract.ts";
import { isOwnHost, type RedisNetwork } from "../programs/redisConnection.ts";
import { runClient } from "./machinePrograms.ts";
import { RealRedis } from "./realRedis.ts";
import type { RedisPrograms } from "./redisMachine.ts";

const encoder = new TextEncoder();
/** Options with a value that change what is asked and how it is printed; those that name a server are the world's to decide. */
const VALUES: ReadonlySet<string> = new Set(["-a", "--pass", "--user", "-n", "-r", "-i", "-d", "-D", "-t", "-X", "--pattern", "--quoted-pattern", "--count", "--pipe-timeout", "--memkeys-samples", "--lru-test", "--show-pushes"]);
const FLAGS: ReadonlySet<string> = new Set(["-2", "-3", "-x", "-e", "-c", "--raw", "--no-raw", "--csv", "--json", "--quoted-json", "--quoted-input", "--no-auth-warning", "--scan", "--bigkeys", "--memkeys", "--hotkeys", "--stat", "--latency", "--latency-history", "--pipe", "--verbose", "--version", "-v", "--help"]);

interface Call {
  readonly host: string;
  readonly port: string;
  readonly options: readonly string[];
  readonly command: readonly string[];
  /** The first option that is not taken; `undefined` where all are. */
  readonly refused: string | undefined;
}

function readCall(args: readonly string[]): Call {
  let [host, port] = ["127.0.0.1", "6379"];
  const options: string[] = [];
  let at = 0;
  for (; args[at]?.startsWith("-") === true; at += 1) {
    const [option = "", value] = [args[at], args[at + 1]];
    if (option === "-h" && value !== undefined) [host, at] = [value, at + 1];
    else if (option === "-p" && value !== undefined) [port, at] = [value, at + 1];
    else if (VALUES.has(option) && value !== undefined) {
      options.push(option, value);
      at += 1;
    } else if (FLAGS.has(option)) options.push(option);
    else return { host, port, options, command: [], refused: option };
  }
  return { host, port, options, command: args.slice(at), refused: undefined };
}

/** Standard input line by line, without those that would lead the client to another server. */
async function* withoutConnect(invocation: ProgramInvocation): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder();
  let rest = "";
  const kept = async (line: string): Promise<Uint8Array> => {
    if (!/^\s*:?connect\b/iu.test(line)) return encoder.encode(line);
    await invocation.stderr(encoder.encode("connect is refused: in a drill, name the server with -h.\n"));
    return new Uint8Array();
  };
  for await (const chunk of invocation.stdin) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield kept(`${line}\n`);
  }
  if (rest !== "") yield kept(rest);
}

async function runReal(programs: RedisPrograms, network: RedisNetwork, invocation: ProgramInvocation): Promise<number> {
  const call = readCall(invocation.argv.slice(1));
  const complain = async (text: string): Promise<number> => {
    await invocation.stderr(encoder.encode(`${text}\n`));
    return 1;
  };
  if (call.refused !== undefined) return complain(`redis-cli: ${call.refused} is refused: in a drill it asks a server of the world, and reads and writes no files.`);
  const { host, port, options, command } = call;
  const server = isOwnHost(invocation.pod, host) ? network.local(invocation.pod) : network.remote(invocation.pod, host);
  if (server !== undefined && !(server instanceof RealRedis)) throw new Error("The servers of a world are of one engine.");
  if (server === undefined || port !== server.worldPort) return complain(`Could not connect to Redis at ${host}:${port}: Connection refused`);
  const password = invocation.environment["REDISCLI_AUTH"];
  const isBytes = command.length > 0 || options.some((option) => ["-x", "-X", "--pipe"].includes(option));
  const format = invocation.isTerminal === true && !options.includes("--raw") ? ["--no-raw"] : [];
  return runClient({
    argv: [programs.client, "-h", "127.0.0.1", "-p", String(server.port), ...format, ...options, ...command], folder: server.folder, environment: password === undefined ? {} : { REDISCLI_AUTH: password },
    stdin: isBytes ? invocation.stdin : withoutConnect(invocation), stdout: invocation.stdout, stderr: invocation.stderr, signal: invocation.signal,
  });
}

/** `redis-cli` of this machine on the real server of its own pod, or on one that the cluster's names lead to. */
export function createRealRedisPrograms(programs: RedisPrograms, network: RedisNetwork): Readonly<Record<string, PodProgram>> {
  return { "redis-cli": (invocation) => runReal(programs, network, invocation) };
}
