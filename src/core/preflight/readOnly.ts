import { isObject, listAt, parseJson } from "../kubectl/json.ts";
import type { HttpPort, KubernetesPort, KubernetesRequest, ObjectStorePort, ToolPorts } from "../ports.ts";
import { RuntimeError } from "../runtimeError.ts";

/**
 * The same services with everything refused that could change something, whatever asks for it. A cluster gets reads, reviews of one's
 * own rights, and changes that the server itself is told only to try (`dryRun=All`); a store is listed; HTTP is GET and HEAD; no
 * program runs here or in a pod, and no file is written.
 */
export function readOnlyPorts(ports: ToolPorts): ToolPorts {
  return {
    ...ports,
    kubernetes: async (context) => readOnlyCluster(await ports.kubernetes(context)),
    objectStore: async (profile, region) => readOnlyStore(await ports.objectStore(profile, region)),
    awsApi: async (profile, region) => {
      const api = await ports.awsApi(profile, region);
      return { ...api, request: (request, signal) => (request.service === "sts" ? api.request(request, signal) : refuse(`${request.method} ${request.path}`)) };
    },
    http: readOnlyHttp(ports.http),
    files: { ...ports.files, write: (path) => refuse(`writing ${path}`) },
    processes: { find: (name) => ports.processes.find(name), run: (argv) => refuse(`running ${argv.join(" ")}`) },
  };
}

// The memo of a cluster's discovery document is kept by port: one wrapper each keeps it from being asked anew.
const clusters = new WeakMap<KubernetesPort, KubernetesPort>();

function readOnlyCluster(cluster: KubernetesPort): KubernetesPort {
  const known = clusters.get(cluster);
  if (known !== undefined) return known;
  const guarded: KubernetesPort = {
    ...cluster,
    request: (request, signal) => (isHarmless(request) ? cluster.request(request, signal) : refuse(`${request.method} ${request.path}`)),
    stream: (request, signal) => cluster.stream(request, signal),
    exec: (request) => refuse(`running ${request.command.join(" ")} in ${request.pod}`),
  };
  clusters.set(cluster, guarded);
  return guarded;
}

/** True for requests that leave the cluster as it is. */
export function isHarmless({ method, path, body }: KubernetesRequest): boolean {
  if (method === "GET") return true;
  if (method === "POST" && /^\/apis\/(?:authorization|authentication)\.k8s\.io\/v1(?:beta1)?\/selfsubject\w*reviews(?:\?|$)/.test(path)) return true;
  if (/\?(?:[^#]*&)?dryRun=All(?:&|$)/.test(path)) return true;
  // A deletion says so in its options; elsewhere the server does not look there.
  const options = method === "DELETE" && body !== undefined ? parseJson(body) : undefined;
  return isObject(options) && listAt(options, "dryRun").includes("All");
}

function readOnlyStore(store: ObjectStorePort): ObjectStorePort {
  return { ...store, put: (bucket, key) => refuse(`writing s3://${bucket}/${key}`), copy: (_, { bucket, key }) => refuse(`writing s3://${bucket}/${key}`) };
}

function readOnlyHttp(http: HttpPort): HttpPort {
  return { request: (request, signal) => (["GET", "HEAD"].includes(request.method) ? http.request(request, signal) : refuse(`${request.method} ${request.url}`)) };
}

function refuse(what: string): Promise<never> {
  return Promise.reject(new RuntimeError("internal", `Preflight: ${what} could change something and was not sent.`));
}
