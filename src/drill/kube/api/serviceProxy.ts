import { isRecord, recordsOf, valueAt } from "../json.ts";
import type { ApiRequest, ApiServices } from "./context.ts";
import type { ResourceRoute } from "./route.ts";
import { ApiError, notFound } from "./status.ts";

/** `services/[SCHEME:]NAME[:PORT]/proxy/PATH`: asks the service's pods from inside the cluster. */
export function proxyToService(services: ApiServices, { method, query, body, message, response }: ApiRequest, { resource, name = "", namespace = "default", proxyPath = "/" }: ResourceRoute): void {
  const parts = name.split(":");
  const [service = "", port = ""] = parts.length === 3 ? parts.slice(1) : parts;
  const object = services.store.peek("Service", namespace, service);
  if (object === undefined) throw notFound(resource, service);
  const ports = recordsOf(valueAt(object.spec, "ports"));
  const wanted = port === "" ? ports[0] : ports.find((candidate) => String(candidate["port"]) === port || candidate["name"] === port);
  if (wanted === undefined) throw unavailable(`no service port ${JSON.stringify(port)} found for service ${JSON.stringify(service)}`);
  const subsets = services.store.peek("Endpoints", namespace, service)?.["subsets"];
  if (!recordsOf(subsets).some((subset) => recordsOf(subset["addresses"]).some(isRecord))) throw unavailable(`no endpoints available for service ${JSON.stringify(service)}`);
  const web = services.web?.(namespace, service);
  if (web === undefined) throw unavailable(`error trying to reach service: dial tcp ${String(valueAt(object.spec, "clusterIP") ?? "")}:${String(wanted["port"])}: connect: connection refused`);
  const answer = web.answer({
    method, path: proxyPath, query: new Map(query), client: { address: message.socket.remoteAddress ?? "127.0.0.1", agent: message.headers["user-agent"] ?? "-" }, authorization: undefined,
    contentType: message.headers["content-type"]?.split(";")[0]?.trim().toLowerCase(), body: body.toString("utf8"),
  });
  const bytes = Buffer.from(answer.body);
  services.clock.after(answer.delayMs ?? 0, () => {
    response.writeHead(answer.status, { "content-type": answer.contentType, "content-length": bytes.length });
    response.end(method === "HEAD" ? undefined : bytes);
  });
}

function unavailable(message: string): ApiError {
  return new ApiError(503, "ServiceUnavailable", message);
}
