import type { KubeObject } from "../../contract.ts";
import type { LogLine } from "../kubelet/containerLogs.ts";
import { containerStatusOf } from "../kubelet/kubelet.ts";
import { podSpecOf } from "../objects.ts";
import { flag, type ApiRequest, type ApiServices } from "./context.ts";
import { requireObject } from "./read.ts";
import type { ResourceRoute } from "./route.ts";
import { badRequest } from "./status.ts";

/** GET of a pod's log. */
export function podLog(services: ApiServices, request: ApiRequest, route: ResourceRoute): void {
  const { query, response } = request;
  const pod = requireObject(services, route);
  const container = containerOf(pod, query.get("container") ?? "");
  // A pod without a node has no log, and nobody who could refuse one.
  if (podSpecOf(pod).nodeName === undefined) return void response.writeHead(200, { "content-type": "text/plain", "cache-control": "no-cache, private" }).end();
  const run = runOf(pod, container, flag(query, "previous"));
  const uid = pod.metadata.uid ?? "";
  const lines = services.logs.lines(uid, container, run) ?? [];
  const hasTimes = flag(query, "timestamps");
  let budget = Number(query.get("limitBytes") ?? Number.POSITIVE_INFINITY);
  const write = (text: string): void => {
    const bytes = Buffer.from(text);
    if (budget > 0) response.write(bytes.subarray(0, Math.min(bytes.length, budget)));
    budget -= bytes.length;
    if (budget <= 0) response.end();
  };
  response.writeHead(200, { "content-type": "text/plain", "cache-control": "no-cache, private" });
  response.flushHeaders();
  const selected = selectLines(lines, query, services.clock.now());
  if (selected.length > 0) write(selected.map((line) => format(line, hasTimes)).join(""));
  if (!flag(query, "follow")) {
    response.end();
    return;
  }
  const stop = services.logs.follow(uid, container, run, {
    line: (line) => write(format(line, hasTimes)),
    end: () => response.end(),
  });
  response.on("close", stop);
}

/** The container a log or exec request means. Throws 400 where that is not one. */
export function containerOf(pod: KubeObject, wanted: string): string {
  const spec = podSpecOf(pod);
  const names = spec.containers.map((container) => container.name);
  const inits = (spec.initContainers ?? []).map((container) => container.name);
  if (wanted !== "") {
    if ([...names, ...inits].includes(wanted)) return wanted;
    throw badRequest(`container ${wanted} is not valid for pod ${pod.metadata.name}`);
  }
  const chosen = pod.metadata.annotations?.["kubectl.kubernetes.io/default-container"];
  if (chosen !== undefined && names.includes(chosen)) return chosen;
  const [first] = names;
  if (first !== undefined && names.length === 1) return first;
  const also = inits.length === 0 ? "" : ` or one of the init containers: [${inits.join(" ")}]`;
  throw badRequest(`a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names.join(" ")}]${also}`);
}

/** The container id whose log is meant (`validateContainerLogStatus` of the kubelet). Throws its 400 messages. */
function runOf(pod: KubeObject, container: string, isPrevious: boolean): string {
  const { name } = pod.metadata;
  const status = containerStatusOf(pod, container);
  const place = `container "${container}" in pod "${name}"`;
  if (status === undefined) throw badRequest(`${place} is waiting to start: ContainerCreating`);
  const { state, lastState, containerID } = status;
  const last = lastState.terminated?.containerID;
  if (isPrevious) {
    if (last === undefined) throw badRequest(`previous terminated ${place} not found`);
    return last;
  }
  if (state.running !== undefined && containerID !== undefined) return containerID;
  if (state.terminated?.containerID !== undefined) return state.terminated.containerID;
  if (last !== undefined) return last;
  switch (state.waiting?.reason) {
    case "ErrImagePull":
      throw badRequest(`${place} is waiting to start: image can't be pulled`);
    case "ImagePullBackOff":
      throw badRequest(`${place} is waiting to start: trying and failing to pull image`);
    case undefined:
      throw badRequest(`${place} is waiting to start - no logs yet`);
  }
  throw badRequest(`${place} is waiting to start: ${state.waiting?.reason ?? ""}`);
}

function selectLines(lines: readonly LogLine[], query: URLSearchParams, now: number): readonly LogLine[] {
  const seconds = query.get("sinceSeconds");
  const time = query.get("sinceTime");
  const since = time !== null ? Date.parse(time) : seconds !== null ? now - Number(seconds) * 1000 : Number.NEGATIVE_INFINITY;
  const recent = lines.filter((line) => line.at >= since);
  const tail = query.get("tailLines");
  if (tail === null) return recent;
  return Number(tail) === 0 ? [] : recent.slice(-Number(tail));
}

function format(line: LogLine, hasTimes: boolean): string {
  return hasTimes ? `${new Date(line.at).toISOString().replace("Z", "000000Z")} ${line.text}\n` : `${line.text}\n`;
}
