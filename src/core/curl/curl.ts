import type { Executor, HttpRequest, Stdio, ToolPorts } from "../ports.ts";
import { RuntimeError } from "../runtimeError.ts";
import { readRequestBody } from "./body.ts";
import { curlFailure, type CurlFailure } from "./failure.ts";
import { readCurlCall, type CurlCall } from "./options.ts";
import { buildRequest } from "./request.ts";
import { withServiceProxy } from "./serviceProxy.ts";
import { transfer, type TransferResult } from "./transfer.ts";
import { readCurlUrl } from "./url.ts";
import { formatWriteOut } from "./writeOut.ts";

/** Statuses that `--retry` takes for passing trouble. */
const PASSING_STATUSES = new Set([408, 429, 500, 502, 503, 504]);
const MAX_RETRY_WAIT_MS = 600_000;

/**
 * `curl` over the HTTP port. Bodies stream; texts and exit codes are those of curl 7.88, without the progress meter that curl shows
 * when its output is no terminal. Names of services that only the cluster knows are reached through its API server.
 */
export const curlExecutor: Executor = async (operation, io, given, signal) => {
  const ports = { ...given, http: withServiceProxy(given) };
  const read = readCurlCall(operation.argv.slice(1));
  if (read.kind === "usage") return say(io, ports, undefined, read.failure);
  const { call } = read;
  const body = await readRequestBody(call, io, ports.files);
  if (body !== undefined && !(body instanceof Uint8Array)) return say(io, ports, call, body);
  const authorities = call.value("cacert") === undefined ? undefined : await readAuthorities(call.value("cacert") ?? "", ports);
  let exitCode = 0;
  for (const [index, text] of call.urls.entries()) {
    const address = readCurlUrl(text, call.has("globoff"));
    if (address.kind === "glob") throw new RuntimeError("internal", `Running curl: ${text} stands for several addresses, and the schema table says that it runs in process`);
    exitCode = address.kind === "failure" ? await say(io, ports, call, address.failure) : await fetchOne(call, { ...buildRequest(call, address.url, body), ...(authorities === undefined ? {} : { authorities }) }, call.values("output")[index], io, ports, signal);
  }
  return exitCode;
};

/** The certificates of `--cacert`; empty where the file holds none, which matters only once a TLS connection is made. */
async function readAuthorities(path: string, ports: ToolPorts): Promise<string> {
  if ((await ports.files.exists(path)) !== "file") return "";
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of await ports.files.read(path)) text += decoder.decode(chunk, { stream: true });
  return text.includes("-----BEGIN CERTIFICATE-----") ? text : "";
}

async function fetchOne(call: CurlCall, request: HttpRequest, file: string | undefined, io: Stdio, ports: ToolPorts, signal: AbortSignal): Promise<number> {
  let retriesLeft = Number(call.value("retry") ?? 0);
  for (let waitMs = 1000; ; waitMs = Math.min(waitMs * 2, MAX_RETRY_WAIT_MS)) {
    const result = await transfer(call, request, { file }, io, ports, signal);
    const trouble = retriesLeft > 0 ? passingTrouble(call, result) : undefined;
    if (trouble === undefined) {
      const isUntrusted = request.authorities === "" && (result.failure?.exitCode === 60 || result.failure?.exitCode === 35);
      const failure = isUntrusted ? curlFailure(77, `error setting certificate file: ${call.value("cacert") ?? ""}`) : result.failure;
      const exitCode = failure === undefined ? 0 : await say(io, ports, call, failure);
      await writeOut(call, result, io);
      return exitCode;
    }
    if (result.failure !== undefined) await say(io, ports, call, result.failure);
    const delay = Number(call.value("retry-delay") ?? 0) * 1000 || (result.retryAfterMs ?? waitMs);
    await retryNotice(call, io, trouble, delay, retriesLeft, file === undefined ? 0 : result.facts.downloadedBytes);
    retriesLeft -= 1;
    await ports.clock.sleep(delay, signal);
  }
}

/** Why a retry may help; `undefined` when it is not asked for in such a case. */
function passingTrouble(call: CurlCall, { facts, failure }: TransferResult): string | undefined {
  if (failure?.exitCode === 28) return "timeout";
  if (failure?.exitCode === 7 && call.has("retry-connrefused")) return "connection refused";
  if (PASSING_STATUSES.has(facts.status)) return "HTTP error";
  return failure !== undefined && call.has("retry-all-errors") ? "(retrying all errors)" : undefined;
}

async function retryNotice(call: CurlCall, io: Stdio, trouble: string, delayMs: number, left: number, thrownAway: number): Promise<void> {
  if (call.has("silent")) return;
  const seconds = Math.round(delayMs / 1000);
  await write(io.stderr, `Warning: Problem ${trouble.startsWith("(") ? trouble : `: ${trouble}`}. Will retry in ${seconds} seconds. ${left} retries left.\n${thrownAway > 0 ? `Throwing away ${thrownAway} bytes\n` : ""}`);
}

async function writeOut(call: CurlCall, { facts }: TransferResult, io: Stdio): Promise<void> {
  const format = call.value("write-out");
  if (format === undefined) return;
  const { text, unknown } = formatWriteOut(format, facts);
  for (const name of unknown) await write(io.stderr, `curl: unknown --write-out variable: '${name}'\n`);
  if (text !== "") await write(io.stdout, text);
}

/** Prints a failure unless `-s` without `-S` hides it. */
async function say(io: Stdio, ports: ToolPorts, call: CurlCall | undefined, failure: CurlFailure): Promise<number> {
  if (call === undefined || !call.has("silent") || call.has("show-error")) await write(io.stderr, failure.text);
  else ports.onHiddenFailure?.(failure.text);
  return failure.exitCode;
}

function write(sink: Stdio["stdout"], text: string): Promise<void> {
  return sink(new TextEncoder().encode(text));
}
