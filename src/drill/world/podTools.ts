import type { Cluster, KubeObject, PodProgram, WorldClock } from "../contract.ts";
import { readyAddresses } from "../kube/readyAddresses.ts";
import { isTrafficAllowed } from "../kube/networkPolicies.ts";
import { podSpecOf } from "../kube/objects.ts";
import type { Intrusion } from "./attacks.ts";
import { startedAt } from "./flaws.ts";
import { sleepWorldTime } from "./worldClock.ts";

/** A connection of a pod's main process. */
export interface PodConnection {
  readonly local: string;
  readonly remote: string;
}

/** What looking around in a pod needs of the world. */
export interface PodToolParts {
  readonly clock: WorldClock;
  readonly cluster: () => Cluster;
  /** Connections that the pod's own process holds open. */
  readonly connectionsOf: (pod: KubeObject) => readonly PodConnection[];
  readonly intrusionsOf: (pod: KubeObject) => readonly Intrusion[];
}

/** Names of the tools that an image may carry. */
export const POD_TOOLS = ["ps", "netstat", "nc"] as const;

const INTRUDER_PID = 214;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** `ps`, `netstat` and `nc` for an image whose main process has this command line. */
export function podTools(process: string, parts: PodToolParts): Readonly<Record<(typeof POD_TOOLS)[number], PodProgram>> {
  const encoder = new TextEncoder();
  return {
    ps: async ({ pod, stdout, argv }) => {
      const now = parts.clock.now();
      const own = [{ pid: 1, command: process, at: startedAt(pod, now) }, ...parts.intrusionsOf(pod).map((intrusion, index) => ({ pid: INTRUDER_PID + index, command: intrusion.process, at: now - MINUTE_MS })), { pid: 300, command: argv.join(" "), at: now }];
      const lines = own.map(({ pid, command, at }) => `root ${String(pid).padStart(11)}  0.0  0.1 ${"4360".padStart(7)} ${"3100".padStart(5)} ?        ${pid === 1 ? "Ss  " : "S   "} ${startText(at, now)}   0:00 ${command}`);
      await stdout(encoder.encode(["USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND", ...lines, ""].join("\n")));
      return 0;
    },
    netstat: async ({ pod, stdout }) => {
      const name = process.split(" ")[0]?.split("/").at(-1) ?? "";
      const own = parts.connectionsOf(pod).map(({ local, remote }) => row(local, remote, "ESTABLISHED", `1/${name}`));
      const foreign = parts.intrusionsOf(pod).map((intrusion, index) => row(`${addressOf(pod)}:${localPort(pod)}`, `${intrusion.address}:${intrusion.port}`, intrusion.isConnected ? "ESTABLISHED" : "SYN_SENT", `${INTRUDER_PID + index}/${intrusion.process.split(" ")[0]?.split("/").at(-1) ?? ""}`));
      await stdout(encoder.encode(["Active Internet connections (w/o servers)", "Proto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name", ...own, ...foreign, ""].join("\n")));
      return 0;
    },
    nc: async ({ pod, argv, stderr, signal }) => {
      const { host, port, waitMs } = ncOptions(argv);
      if (host === undefined || port === undefined) {
        await stderr(encoder.encode("usage: nc [-z] [-w timeout] destination port\n"));
        return 1;
      }
      const answer = probe(parts.cluster(), pod, host, port);
      if (answer === "dropped") await sleepWorldTime(parts.clock, waitMs, signal);
      if (answer === "unknown") await stderr(encoder.encode(`nc: getaddrinfo for host "${host}" port ${port}: Name or service not known\n`));
      return answer === "open" ? 0 : 1;
    },
  };
}

function startText(at: number, now: number): string {
  return now - at > 24 * HOUR_MS ? new Date(at).toUTCString().slice(8, 11) + new Date(at).toUTCString().slice(5, 7) : new Date(at).toISOString().slice(11, 16);
}

function row(local: string, remote: string, state: string, program: string): string {
  return `tcp        0      0 ${local.padEnd(23)} ${remote.padEnd(23)} ${state.padEnd(11)} ${program}`;
}

function addressOf(pod: KubeObject): string {
  return String(pod.status?.["podIP"] ?? "");
}

/** A port of the pod's own, the same each time. */
function localPort(pod: KubeObject): number {
  return 40_000 + (Number.parseInt((pod.metadata.uid ?? "0").slice(0, 4), 16) % 20_000);
}

/** `-z -w 5 HOST PORT`, in any order. Without `-w` it waits for two minutes. */
function ncOptions(argv: readonly string[]): { readonly host: string | undefined; readonly port: number | undefined; readonly waitMs: number } {
  let waitMs = 2 * MINUTE_MS;
  const words: string[] = [];
  for (let index = 1; index < argv.length; index += 1) {
    const word = argv[index] ?? "";
    if (word === "-w") waitMs = Number(argv[(index += 1)] ?? 0) * 1000;
    else if (/^-\w*w\d+$/u.test(word)) waitMs = Number(word.replace(/^-\w*w/u, "")) * 1000;
    else if (/^-\w*w$/u.test(word)) waitMs = Number(argv[(index += 1)] ?? 0) * 1000;
    else if (!word.startsWith("-")) words.push(word);
  }
  const port = Number(words[1]);
  return { host: words[0], port: Number.isInteger(port) ? port : undefined, waitMs };
}

/** What a connection attempt from a pod comes to. */
function probe(cluster: Cluster, client: KubeObject, host: string, port: number): "open" | "refused" | "dropped" | "unknown" {
  const { namespace = "" } = client.metadata;
  const service = host.split(".")[0] ?? host;
  const isAddress = /^[\d.]+$/u.test(host);
  const names = isAddress ? [] : readyAddresses(cluster, namespace, service);
  const pods = isAddress ? cluster.list("Pod").filter((pod) => addressOf(pod) === host) : names.flatMap((name) => cluster.get("Pod", namespace, name) ?? []);
  const [target] = pods;
  if (target !== undefined) {
    if (!isTrafficAllowed(cluster, { kind: "pod", pod: client }, { kind: "pod", pod: target }, port)) return "dropped";
    return podSpecOf(target).containers.some((container) => (container.ports ?? []).some((own) => own.containerPort === port)) ? "open" : "refused";
  }
  // Nothing outside the cluster answers here: a drill leaves the machine alone.
  if (isAddress) return "dropped";
  return cluster.get("Service", namespace, service) === undefined ? "unknown" : "refused";
}
