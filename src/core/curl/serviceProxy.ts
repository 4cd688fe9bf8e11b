import type { HttpPort, HttpRequest, HttpResponse, KubernetesPort, ToolPorts } from "../ports.ts";
import { isObject, parseJson, textAt } from "../kubectl/json.ts";
import { RuntimeError } from "../runtimeError.ts";

/**
 * HTTP that also reaches addresses of the cluster: where the name of a service (`prometheus:9090`, `db.shop.svc`) cannot be resolved here,
 * a GET or HEAD goes through the API server's service proxy of the run's own cluster. Anything that could change something does not: its
 * target is not the one that was shown.
 */
export function withServiceProxy(ports: Pick<ToolPorts, "http" | "kubernetes">): HttpPort {
  return {
    request: async (request, signal) => {
      try {
        return await ports.http.request(request, signal);
      } catch (error) {
        const service = isUnresolved(error) && ["GET", "HEAD"].includes(request.method) ? serviceOf(request.url) : undefined;
        const answer = service === undefined ? undefined : await throughProxy(service, request, ports, signal);
        if (answer === undefined) throw error;
        return answer;
      }
    },
  };
}

function isUnresolved(error: unknown): boolean {
  return error instanceof RuntimeError && ((error.code === "unreachable" && error.facts["reason"] === "resolve") || error.code === "outsideWorld");
}

interface Service {
  readonly scheme: string;
  readonly name: string;
  /** `undefined`: the run's own namespace. */
  readonly namespace: string | undefined;
  readonly port: string;
  readonly path: string;
}

/** The service that an address names by the cluster's rules; `undefined` for names that belong to the world outside. */
export function serviceOf(address: string): Service | undefined {
  const url = new URL(address);
  const label = "[a-z](?:[a-z0-9-]*[a-z0-9])?";
  const [, name, namespace, inCluster] = new RegExp(`^(${label})(?:\\.(${label})(\\.svc(?:\\.cluster\\.local)?)?)?$`).exec(url.hostname) ?? [];
  if (name === undefined || name === "localhost" || (namespace !== undefined && inCluster === undefined)) return undefined;
  const scheme = url.protocol.slice(0, -1);
  return { scheme, name, namespace, port: url.port === "" ? (scheme === "https" ? "443" : "80") : url.port, path: url.pathname + url.search };
}

/** The service's answer; `undefined` where there is no cluster or no such service in it. */
async function throughProxy(service: Service, request: HttpRequest, ports: Pick<ToolPorts, "kubernetes">, signal: AbortSignal): Promise<HttpResponse | undefined> {
  const cluster = await openCluster(ports);
  if (cluster === undefined) return undefined;
  const namespace = service.namespace ?? cluster.namespace;
  const path = `/api/v1/namespaces/${namespace}/services/${service.scheme}:${service.name}:${service.port}/proxy${service.path}`;
  const accept = request.headers.find(([name]) => name.toLowerCase() === "accept")?.[1] ?? "*/*";
  const { status, contentType, text } = await cluster.request({ method: "GET", path, accept }, signal);
  // What the API server itself refuses is no answer of the service.
  const body = status >= 400 ? parseJson(text) : undefined;
  if (isObject(body) && textAt(body, "kind") === "Status") return undefined;
  const bytes = new TextEncoder().encode(request.method === "HEAD" ? "" : text);
  return { status, httpVersion: "1.1", reason: "", headers: [["Content-Type", contentType], ["Content-Length", String(bytes.byteLength)]], body: once(bytes) };
}

async function openCluster(ports: Pick<ToolPorts, "kubernetes">): Promise<KubernetesPort | undefined> {
  try {
    return await ports.kubernetes(undefined);
  } catch (error) {
    // A run without a cluster has no services either: the address stays unresolved, which is what is then said.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
