import type { IncomingMessage, ServerResponse } from "node:http";
import type { WebService } from "../../app/webService.ts";
import type { KubeObject, WorldClock } from "../../contract.ts";
import type { VolumeUsage } from "../../monitoring/clusterMetrics.ts";
import type { ContainerLogs } from "../kubelet/containerLogs.ts";
import type { KubeLatencies } from "../latencies.ts";
import type { Random } from "../names.ts";
import type { ObjectStore } from "../store.ts";
import type { KubeUser } from "./users.ts";

/** Millicores and bytes that a container uses. */
export interface ContainerUsage {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

/** What the API server's handlers work with. */
export interface ApiServices {
  readonly store: ObjectStore;
  readonly clock: WorldClock;
  readonly logs: ContainerLogs;
  readonly random: Random;
  readonly latencies: KubeLatencies;
  readonly users: readonly KubeUser[];
  /** `v1.30.4`. */
  readonly version: string;
  /** Its minor version: 30. */
  readonly minor: number;
  /** What answers HTTP behind a service of the cluster; `undefined` where nothing of the world does. */
  readonly web: ((namespace: string, service: string) => WebService | undefined) | undefined;
  /** How full the volume of a claim is; `undefined` where nothing of the world knows. */
  readonly volumeUsage: ((claim: KubeObject) => VolumeUsage | undefined) | undefined;
  /** Usage of a running container. */
  usage(namespace: string, pod: string, container: string): ContainerUsage;
}

/** One request, authenticated. */
export interface ApiRequest {
  readonly method: string;
  readonly url: URL;
  readonly query: URLSearchParams;
  readonly accept: string;
  readonly contentType: string;
  readonly body: Buffer;
  readonly user: KubeUser;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
}

/** Clients whose user is likely a person reading: the API server indents for them. */
const READERS = /^(?:curl|Wget|Mozilla\/5\.0)/u;

/** Answers with JSON, indented where the request asks for it. */
export function sendJson(response: ServerResponse, code: number, value: unknown, contentType = "application/json"): void {
  const { headers, url = "" } = response.req;
  const isPretty = /[?&]pretty(?:=(?:1|true))?(?:&|$)/u.test(url) || (!/[?&]pretty=/u.test(url) && READERS.test(headers["user-agent"] ?? ""));
  const text = isPretty ? JSON.stringify(value, undefined, 2) : `${JSON.stringify(value)}\n`;
  response.writeHead(code, { "content-type": contentType, "content-length": Buffer.byteLength(text), "cache-control": "no-cache, private" });
  response.end(text);
}

/** Whether a query flag is set as Go reads booleans. */
export function flag(query: URLSearchParams, name: string): boolean {
  return ["1", "t", "T", "true", "TRUE", "True"].includes(query.get(name) ?? "");
}
