import { encode, flagIs, flagText, printError, type Call } from "./call.ts";
import { resolveType, resourcePath } from "./discovery.ts";
import { ApiStatusError, apiStatusError, KubectlFailure } from "./failure.ts";
import { fetchNamed, fetchObjects, NO_QUERY, queryText } from "./fetch.ts";
import { followLog } from "./followLog.ts";
import { containerNames, byLogging, defaultContainer, firstPod, hasContainer, podOrOwner, podTimeout, selectorOf } from "./pods.ts";
import { parseDuration } from "./time.ts";
import { checkTime } from "./goTime.ts";
import { textAt, type JsonObject } from "./json.ts";
import { readText } from "./watch.ts";
import type { ByteStream } from "../ports.ts";

/** One log to read. */
interface LogSource {
  readonly pod: string;
  readonly namespace: string;
  readonly container: string;
}

type LogParameters = readonly (readonly [name: string, value: string | undefined])[];

const USAGE =
  "error: expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command\nSee 'kubectl logs -h' for help and examples";
const POD_TIMEOUT_MS = 20_000;

/** `kubectl logs`: one or several containers of a pod, of a workload's first pod, or of the pods of a selector. */
export async function runLogs(call: Call): Promise<number> {
  const { operation } = call;
  const selector = flagText(operation, "selector");
  checkWords(call, selector);
  checkBounds(call);
  const pods = await selectedPods(call, selector, podTimeout(call, POD_TIMEOUT_MS, ""));
  const sources: LogSource[] = [];
  for (const pod of pods) sources.push(...(await sourcesOf(call, pod)));
  const isFollowing = flagIs(operation, "follow");
  const limit = Number(flagText(operation, "max-log-requests") ?? "5");
  if (isFollowing && sources.length > limit) {
    throw new KubectlFailure(
      `error: you are attempting to follow ${String(sources.length)} log streams, but maximum allowed concurrency is ${String(limit)}, use --max-log-requests to increase the limit`,
    );
  }
  const parameters = logParameters(call, selector !== undefined);
  if (isFollowing && sources.length > 1) await Promise.all(sources.map(async (source) => await copyLog(call, source, parameters)));
  else for (const source of sources) await copyLog(call, source, parameters);
  return 0;
}

function checkWords(call: Call, selector: string | undefined): void {
  const words = call.operation.positionals;
  if (words.length > 2 || (words.length === 0 && selector === undefined)) throw new KubectlFailure(USAGE);
  if (words.length > 0 && selector !== undefined) throw new KubectlFailure("error: only a selector (-l) or a POD name is allowed\nSee 'kubectl logs -h' for help and examples");
  const container = flagText(call.operation, "container");
  if (container !== undefined && words.length === 2) throw new KubectlFailure("error: only one of -c or an inline [CONTAINER] arg is allowed");
  const named = words[1] ?? container;
  if (flagIs(call.operation, "all-containers") && named !== undefined) {
    throw new KubectlFailure(`error: --all-containers=true should not be specified with container name ${named}`);
  }
}

/** Bounds of the log that kubectl refuses before it asks for anything. */
function checkBounds({ operation }: Call): void {
  const [tail, bytes, since, sinceTime] = [flagText(operation, "tail"), flagText(operation, "limit-bytes"), flagText(operation, "since"), flagText(operation, "since-time")];
  if (since !== undefined && sinceTime !== undefined) throw new KubectlFailure("error: at most one of `sinceTime` or `sinceSeconds` may be specified");
  if (bytes !== undefined && Number(bytes) < 0) throw new KubectlFailure("error: --limit-bytes must be greater than 0");
  if (tail !== undefined && Number(tail) < -1) throw new KubectlFailure("error: --tail must be greater than or equal to -1");
  if (sinceTime !== undefined) checkTime(sinceTime);
  if (since?.startsWith("-") === true) throw new KubectlFailure("error: --since must be greater than 0");
}

async function selectedPods(call: Call, selector: string | undefined, timeoutMs: number): Promise<readonly JsonObject[]> {
  if (selector !== undefined) {
    const resource = await resolveType(call.cluster, "pods", call.signal);
    const pods = await fetchObjects(call, resource, undefined, { ...NO_QUERY, labelSelector: selector });
    if (pods.length === 0) await printError(call, `No resources found in ${call.namespace} namespace.\n`);
    return pods;
  }
  const { resource, name } = await podOrOwner(call, call.operation.positionals[0] ?? "");
  const object = await fetchNamed(call, resource, name).catch((error: unknown) => {
    // Since 1.30 kubectl words a missing object of `logs` in its own way.
    if (error instanceof ApiStatusError && error.reason === "NotFound") {
      throw new KubectlFailure(`error: error from server (NotFound): ${error.message} in namespace ${JSON.stringify(call.namespace)}`);
    }
    throw error;
  });
  if (textAt(object, "kind") === "Pod") return [object];
  const { pod, count } = await firstPod(call, selectorOf(object, "get the logs from"), timeoutMs, byLogging);
  if (count > 1) await printError(call, `Found ${String(count)} pods, using pod/${textAt(pod, "metadata", "name")}\n`);
  return [pod];
}

async function sourcesOf(call: Call, pod: JsonObject): Promise<readonly LogSource[]> {
  const name = textAt(pod, "metadata", "name");
  const source = (container: string): LogSource => ({ pod: name, namespace: textAt(pod, "metadata", "namespace"), container });
  if (flagIs(call.operation, "all-containers")) {
    return (["initContainers", "containers", "ephemeralContainers"] as const).flatMap((field) => containerNames(pod, field).map(source));
  }
  const wanted = call.operation.positionals[1] ?? flagText(call.operation, "container") ?? (await defaultContainer(call, pod, false));
  if (!hasContainer(pod, wanted)) throw new KubectlFailure(`error: container ${wanted} is not valid for pod ${name}`);
  return [source(wanted)];
}

function logParameters(call: Call, hasSelector: boolean): LogParameters {
  const { operation } = call;
  const isOn = (flag: string): string | undefined => (flagIs(operation, flag) ? "true" : undefined);
  const sinceSeconds = Math.round(parseDuration(flagText(operation, "since") ?? "0", "since") / 1000);
  const bytes = flagText(operation, "limit-bytes");
  const tail = flagText(operation, "tail") ?? (hasSelector ? "10" : undefined);
  return [
    ["follow", isOn("follow")],
    // 0 is no limit.
    ["limitBytes", Number(bytes) === 0 ? undefined : bytes],
    ["previous", isOn("previous")],
    ["sinceSeconds", sinceSeconds === 0 ? undefined : String(sinceSeconds)],
    ["sinceTime", flagText(operation, "since-time")],
    ["tailLines", tail === "-1" ? undefined : tail],
    ["timestamps", isOn("timestamps")],
  ];
}

async function copyLog(call: Call, source: LogSource, parameters: LogParameters): Promise<void> {
  const pods = await resolveType(call.cluster, "pods", call.signal);
  const open = async (asked: LogParameters): Promise<ByteStream> => {
    const path = resourcePath(pods, source.namespace, source.pod, "log") + queryText([["container", source.container], ...asked]);
    const { status, body } = await call.cluster.stream({ method: "GET", path }, call.signal);
    // A pod that has not been placed has a log without content (204).
    if (status < 200 || status > 206) throw apiStatusError(status, await readText(body), "get");
    return body;
  };
  const prefix = flagIs(call.operation, "prefix") ? `[pod/${source.pod}/${source.container}] ` : "";
  try {
    await copyLines(await linesOf(call, parameters, open), prefix, call.io.stdout);
  } catch (error) {
    if (!(error instanceof ApiStatusError && flagIs(call.operation, "ignore-errors"))) throw error;
    await call.io.stdout(encode(`error: ${error.message}\n`));
  }
}

/** A followed log outlives its connection, which the lines' times are needed for. A limit in bytes counts those too, so such a log is read as it comes. */
async function linesOf(call: Call, parameters: LogParameters, open: (asked: LogParameters) => Promise<ByteStream>): Promise<ByteStream> {
  const { operation, ports, signal } = call;
  if (!flagIs(operation, "follow") || flagText(operation, "limit-bytes") !== undefined) return await open(parameters);
  const timed: LogParameters = parameters.map(([name, value]) => (name === "timestamps" ? [name, "true"] : [name, value]));
  const isStart = (name: string): boolean => name === "sinceSeconds" || name === "sinceTime" || name === "tailLines";
  const reopen = async (sinceTime: string | undefined): Promise<ByteStream> => await open(sinceTime === undefined ? timed : [["sinceTime", sinceTime], ...timed.filter(([name]) => !isStart(name))]);
  return followLog(reopen, flagIs(operation, "timestamps"), ports.clock, signal);
}

/** Copies whole lines at a time, so that several followed logs never mix within a line; the bytes stay as they came. */
async function copyLines(body: ByteStream, prefix: string, write: (chunk: Uint8Array) => Promise<void>): Promise<void> {
  let rest: Uint8Array = new Uint8Array(0);
  for await (const chunk of body) {
    const data = concat(rest, chunk);
    const end = data.lastIndexOf(10) + 1;
    rest = data.slice(end);
    if (end > 0) await write(prefix === "" ? data.slice(0, end) : withPrefix(data.slice(0, end), prefix));
  }
  if (rest.length > 0) await write(prefix === "" ? rest : concat(encode(prefix), rest));
}

function withPrefix(lines: Uint8Array, prefix: string): Uint8Array {
  const mark = encode(prefix);
  const parts: Uint8Array[] = [];
  for (let start = 0; start < lines.length; ) {
    const end = lines.indexOf(10, start) + 1;
    parts.push(mark, lines.slice(start, end));
    start = end;
  }
  return parts.reduce(concat, new Uint8Array(0));
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
