import type { HttpRequest, HttpResponse, Stdio, ToolPorts } from "../ports.ts";
import { curlFailure, timeLimitFailure, translateFailure, type CurlFailure } from "./failure.ts";
import type { CurlCall } from "./options.ts";
import { followRedirect } from "./request.ts";
import type { TransferFacts } from "./writeOut.ts";

const MAX_REDIRECTS = 50;

/** Where the answer goes: `-o FILE`, or standard output. */
export interface TransferOutput {
  readonly file: string | undefined;
}

/** Facts of a transfer while it goes on. */
interface Progress {
  startMs: number;
  received: number;
  expected: number | undefined;
  status: number;
  contentType: string;
  httpVersion: string;
  url: string;
  method: string;
  redirects: number;
  redirectUrl: string;
  retryAfterMs: number | undefined;
}

export interface TransferResult {
  readonly facts: TransferFacts;
  readonly failure: CurlFailure | undefined;
  /** `Retry-After` of the answer, milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** Sends one request with its redirects, within `--max-time`, and delivers the answer. */
export async function transfer(call: CurlCall, first: HttpRequest, output: TransferOutput, io: Stdio, ports: ToolPorts, signal: AbortSignal): Promise<TransferResult> {
  const began = ports.clock.now();
  const progress: Progress = { startMs: 0, received: 0, expected: undefined, status: 0, contentType: "", httpVersion: "0", url: first.url, method: first.method, redirects: 0, redirectUrl: "", retryAfterMs: undefined };
  const limit = timeLimit(call, ports, signal);
  let failure: CurlFailure | undefined;
  try {
    failure = await run(call, first, output, io, ports, limit.signal, progress, began);
  } catch (error) {
    signal.throwIfAborted();
    const attempt = { elapsedMs: ports.clock.now() - began, receivedBytes: progress.received, expectedBytes: progress.expected };
    failure = limit.isOver() ? timeLimitFailure(attempt) : translateFailure(error, attempt);
    if (failure === undefined) throw error;
  } finally {
    limit.clear();
  }
  const facts: TransferFacts = {
    status: progress.status, totalMs: ports.clock.now() - began, startMs: progress.startMs, downloadedBytes: progress.received, uploadedBytes: first.body?.byteLength ?? 0,
    effectiveUrl: progress.url, contentType: progress.contentType, httpVersion: progress.httpVersion, method: progress.method, redirects: progress.redirects,
    redirectUrl: progress.redirectUrl, exitCode: failure?.exitCode ?? 0, errorText: failure?.text.replace(/^curl: \(\d+\) /, "").trimEnd() ?? "",
  };
  return { facts, failure, retryAfterMs: progress.retryAfterMs };
}

/** `--max-time` on the run's clock. */
function timeLimit(call: CurlCall, ports: ToolPorts, signal: AbortSignal): { readonly signal: AbortSignal; isOver(): boolean; clear(): void } {
  const seconds = Number(call.value("max-time") ?? 0);
  if (!(seconds > 0)) return { signal, isOver: () => false, clear: () => undefined };
  const [over, done] = [new AbortController(), new AbortController()];
  // The sleep rejects when the transfer ends first: nothing is left to be done then.
  ports.clock.sleep(seconds * 1000, AbortSignal.any([signal, done.signal]), "limit").then(() => over.abort(), () => undefined);
  return { signal: AbortSignal.any([signal, over.signal]), isOver: () => over.signal.aborted, clear: () => done.abort() };
}

async function run(call: CurlCall, first: HttpRequest, output: TransferOutput, io: Stdio, ports: ToolPorts, signal: AbortSignal, progress: Progress, began: number): Promise<CurlFailure | undefined> {
  const maxRedirects = Number(call.value("max-redirs") ?? MAX_REDIRECTS);
  for (let request = first; ; ) {
    const response = await ports.http.request(request, signal);
    note(progress, request, response, ports.clock.now() - began);
    ports.onHttpStatus?.(response.status);
    const location = response.status >= 300 && response.status < 400 ? header(response, "location") : undefined;
    progress.redirectUrl = location === undefined ? "" : resolveLocation(location, request.url);
    const isFollowed = location !== undefined && progress.redirectUrl !== "" && call.has("location");
    const headerText = call.has("include") || call.has("head") ? responseHead(response) : "";
    if (call.value("dump-header") !== undefined) await deliver(call.value("dump-header"), once(responseHead(response)), io, ports);
    if (!isFollowed) return finish(call, response, headerText, output, io, ports, progress, signal);
    if (headerText !== "") await io.stdout(new TextEncoder().encode(headerText));
    await discard(response);
    if (maxRedirects >= 0 && progress.redirects >= maxRedirects) return curlFailure(47, `Maximum (${maxRedirects}) redirects followed`);
    progress.redirects += 1;
    request = followRedirect(request, response.status, location, call.has("request"));
  }
}

/** Absolute form of a `Location`; `""` where it cannot be read. */
function resolveLocation(location: string, base: string): string {
  try {
    return new URL(location, base).href;
  } catch {
    // A redirect to nowhere is answered as it came, without following it.
    return "";
  }
}

function note(progress: Progress, request: HttpRequest, response: HttpResponse, elapsedMs: number): void {
  const length = header(response, "content-length");
  const retryAfter = Number(header(response, "retry-after"));
  Object.assign(progress, {
    startMs: elapsedMs, status: response.status, url: request.url, method: request.method, httpVersion: response.httpVersion,
    contentType: header(response, "content-type") ?? "", expected: length === undefined ? undefined : Number(length), retryAfterMs: retryAfter > 0 ? retryAfter * 1000 : undefined,
  });
}

async function finish(call: CurlCall, response: HttpResponse, headerText: string, output: TransferOutput, io: Stdio, ports: ToolPorts, progress: Progress, signal: AbortSignal): Promise<CurlFailure | undefined> {
  const isRefused = response.status >= 400 && (call.has("fail") || call.has("fail-with-body"));
  const failure = isRefused ? curlFailure(22, `The requested URL returned error: ${response.status}`) : undefined;
  if (isRefused && !call.has("fail-with-body")) {
    await discard(response);
    return failure;
  }
  const counted = (async function* (): AsyncGenerator<Uint8Array> {
    if (headerText !== "") yield new TextEncoder().encode(headerText);
    for await (const chunk of response.body) {
      signal.throwIfAborted();
      progress.received += chunk.byteLength;
      yield chunk;
    }
  })();
  await deliver(output.file, counted, io, ports);
  return failure;
}

async function deliver(file: string | undefined, body: AsyncIterable<Uint8Array>, io: Stdio, ports: ToolPorts): Promise<void> {
  if (file === undefined || file === "-") for await (const chunk of body) await io.stdout(chunk);
  else await ports.files.write(file, body, { append: false });
}

/** Reading nothing gives the connection back, or up. */
async function discard(response: HttpResponse): Promise<void> {
  await response.body[Symbol.asyncIterator]().return?.();
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

function responseHead(response: HttpResponse): string {
  const lines = response.headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `HTTP/${response.httpVersion} ${response.status} ${response.reason}\r\n${lines}\r\n`;
}

function header(response: HttpResponse, name: string): string | undefined {
  return response.headers.find(([other]) => other.toLowerCase() === name)?.[1];
}
