import type { Executor, HttpRequest, Stdio, ToolPorts } from "../ports.ts";
import { RuntimeError } from "../runtimeError.ts";
import { readRequestBody } from "./body.ts";
import type { CurlFailure } from "./failure.ts";
import { readCurlCall, type CurlCall } from "./options.ts";
import { buildRequest } from "./request.ts";
import { transfer, type TransferResult } from "./transfer.ts";
import { readCurlUrl } from "./url.ts";
import { checkFormat, formatWriteOut } from "./writeOut.ts";

/** Statuses that `--retry` takes for passing trouble. */
const PASSING_STATUSES = new Set([408, 429, 500, 502, 503, 504]);
const MAX_RETRY_WAIT_MS = 600_000;

/**
 * `curl` over the HTTP port. Bodies stream; texts and exit codes are those of curl 7.88, without the progress meter that curl shows
 * when its output is no terminal. An option that is not carried out is refused before anything is sent.
 */
export const curlExecutor: Executor = async (operation, io, ports, signal) => {
  const read = readCurlCall(operation.argv.slice(1));
  if (read.kind === "foreign") throw new RuntimeError("invalidInput", `Running curl: the option ${read.option} is not carried out in process`, { hint: "Leave the option out, or write the request with the options listed in docs/COMMANDS.md." });
  if (read.kind === "usage") return say(io, ports, undefined, read.failure);
  const { call } = read;
  checkFormat(call.value("write-out") ?? "");
  const body = await readRequestBody(call, io, ports.files);
  if (body !== undefined && !(body instanceof Uint8Array)) return say(io, ports, call, body);
  let exitCode = 0;
  for (const [index, text] of call.urls.entries()) {
    const address = readCurlUrl(text, call.has("globoff"));
    if (address.kind === "glob") throw new RuntimeError("invalidInput", `Running curl: ${text} stands for several addresses, which is not carried out in process`, { hint: "Use -g for literal braces and brackets, or a for loop." });
    exitCode = address.kind === "failure" ? await say(io, ports, call, address.failure) : await fetchOne(call, buildRequest(call, address.url, body), call.values("output")[index], io, ports, signal);
  }
  return exitCode;
};

async function fetchOne(call: CurlCall, request: HttpRequest, file: string | undefined, io: Stdio, ports: ToolPorts, signal: AbortSignal): Promise<number> {
  let retriesLeft = Number(call.value("retry") ?? 0);
  for (let waitMs = 1000; ; waitMs = Math.min(waitMs * 2, MAX_RETRY_WAIT_MS)) {
    const result = await transfer(call, request, { file }, io, ports, signal);
    const trouble = retriesLeft > 0 ? passingTrouble(call, result) : undefined;
    if (trouble === undefined) {
      const exitCode = result.failure === undefined ? 0 : await say(io, ports, call, result.failure);
      await writeOut(call, result, io);
      return exitCode;
    }
    const delay = Number(call.value("retry-delay") ?? 0) * 1000 || (result.retryAfterMs ?? waitMs);
    await retryNotice(call, io, trouble, delay, retriesLeft);
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

async function retryNotice(call: CurlCall, io: Stdio, trouble: string, delayMs: number, left: number): Promise<void> {
  if (call.has("silent")) return;
  const seconds = Math.round(delayMs / 1000);
  await write(io.stderr, `Warning: Problem ${trouble.startsWith("(") ? trouble : `: ${trouble}`}. Will retry in ${seconds} seconds. ${left} ${left === 1 ? "retry" : "retries"} left.\n`);
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
