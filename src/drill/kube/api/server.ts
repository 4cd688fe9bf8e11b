import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { execRequest, type ExecRequest } from "../exec/session.ts";
import { servedResources } from "../customResources.ts";
import { RESOURCES, type Resource } from "../resources.ts";
import type { ResourceRoute } from "./route.ts";
import { aggregatedDiscovery, groupList, resourceList, versionInfo } from "./discovery.ts";
import { sendJson, type ApiRequest, type ApiServices } from "./context.ts";
import { podLog } from "./logs.ts";
import { openApiDocument, openApiIndex } from "./openapi.ts";
import { OPENAPI_V2_TYPE, openApiV2Document } from "./openapiV2.ts";
import { listObjects, present, requireObject } from "./read.ts";
import { reviewSelf } from "./reviews.ts";
import { proxyToNode } from "./nodeProxy.ts";
import { parseRoute, pathParts } from "./route.ts";
import { scaleObject } from "./scale.ts";
import { proxyToService } from "./serviceProxy.ts";
import { ApiError, noSuchPath } from "./status.ts";
import { ANONYMOUS, authenticate, forbidden, impersonate, isAllowed } from "./users.ts";
import { watchObjects } from "./watch.ts";
import { createObject, deleteMany, deleteOne, evictPod, patchObject, replaceObject } from "./write.ts";

/** Bodies beyond this are refused, as etcd would. */
const LARGEST_BODY = 3 * 1024 * 1024;

/** An exec carries its command in the address: as much as Go's HTTP server takes. */
const LARGEST_HEADER = 1024 * 1024;

/** Takes over a connection for exec. */
export interface ExecUpgrade {
  accept(message: IncomingMessage, socket: Duplex, head: Buffer, request: ExecRequest): void;
}

/** What exec connections may speak. */
export interface ExecProtocols {
  readonly webSocket: ExecUpgrade;
  readonly spdy: ExecUpgrade;
}

/** The API server's HTTPS listener (not yet listening). */
export function createApiServer(services: ApiServices, tls: { readonly key: string; readonly cert: string }, exec: ExecProtocols): Server {
  const server = createServer({ ...tls, ALPNProtocols: ["http/1.1"], maxHeaderSize: LARGEST_HEADER }, (message, response) => {
    handle(services, message, response).catch((error: unknown) => {
      fail(response, error);
    });
  });
  // Clients keep connections for long between an operator's commands.
  server.keepAliveTimeout = 120_000;
  server.on("upgrade", (message, socket, head) => {
    socket.on("error", () => socket.destroy());
    try {
      upgrade(services, exec, message, socket, head);
    } catch (error) {
      refuseUpgrade(socket, error);
    }
  });
  return server;
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const refusal = error instanceof ApiError ? error : new ApiError(500, "InternalError", `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`);
  sendJson(response, refusal.code, refusal.toStatus());
}

async function handle(services: ApiServices, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(message.url ?? "/", "https://localhost");
  const user = impersonate(services.users, authenticate(services.users, message.headers.authorization), message.headers);
  const body = await readBody(message);
  const { accept = "", "content-type": contentType = "" } = message.headers;
  const request: ApiRequest = { method: message.method ?? "GET", url, query: url.searchParams, accept, contentType, body, user, message, response };
  if (serveHealth(services, request)) return;
  if (user === ANONYMOUS && !/^\/apis?\/.+\/.+/u.test(url.pathname)) {
    throw new ApiError(403, "Forbidden", `forbidden: User "${user.name}" cannot get path "${url.pathname}"`, {});
  }
  const resources = servedResources(services.store);
  if (serveDiscovery(services, request, resources)) return;
  const route = parseRoute(url.pathname, resources);
  if (request.method === "GET") serveResource(services, request, route);
  else confirmed(services, request, () => serveResource(services, request, route));
}

/** Holds the answer to a change back until the change is safe. A dry run and a review of one's rights change nothing, and have nothing to wait for. */
function confirmed(services: ApiServices, { message }: ApiRequest, serve: () => void): void {
  const before = services.store.revision;
  message.socket.cork();
  try {
    serve();
    if (services.store.revision !== before) services.store.beforeAnswer();
  } finally {
    message.socket.uncork();
  }
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message) {
    const bytes = Buffer.from(chunk as Uint8Array);
    length += bytes.length;
    if (length > LARGEST_BODY) throw new ApiError(413, "RequestEntityTooLarge", `Request entity too large: limit is ${LARGEST_BODY}`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** What anybody may ask. */
function serveHealth(services: ApiServices, request: ApiRequest): boolean {
  const { pathname } = request.url;
  if (["/healthz", "/livez", "/readyz"].includes(pathname)) {
    request.response.writeHead(200, { "content-type": "text/plain; charset=utf-8" }).end("ok");
    return true;
  }
  if (pathname !== "/version") return false;
  sendJson(request.response, 200, versionInfo(services.version));
  return true;
}

function serveDiscovery(services: ApiServices, request: ApiRequest, resources: readonly Resource[]): boolean {
  const { response, accept } = request;
  const parts = pathParts(request.url.pathname);
  const [root, ...rest] = parts;
  const isRoot = (root === "api" || root === "apis") && rest.length === 0;
  if (isRoot && accept.includes("as=APIGroupDiscoveryList")) {
    const version = /v=v2(?!beta)/u.test(accept) ? "v2" : "v2beta1";
    sendJson(response, 200, aggregatedDiscovery(resources, root === "api", version), `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`);
    return true;
  }
  if (request.url.pathname === "/openapi/v2") {
    response.writeHead(200, { "content-type": OPENAPI_V2_TYPE }).end(openApiV2Document(services.version));
    return true;
  }
  const document = discoveryDocument(services, resources, root, rest);
  if (document === undefined) return false;
  sendJson(response, 200, document);
  return true;
}

function discoveryDocument(services: ApiServices, resources: readonly Resource[], root: string | undefined, rest: readonly string[]): unknown {
  if (root === "api" && rest.length === 0) return { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] };
  if (root === "apis" && rest.length === 0) return groupList(resources);
  if (root === "api" && rest.length === 1) return resourceList(resources, "", rest[0] ?? "");
  if (root === "apis" && rest.length === 2) return resourceList(resources, rest[0] ?? "", rest[1] ?? "");
  if (root !== "openapi" || rest[0] !== "v3") return undefined;
  if (rest.length === 1) return openApiIndex(resources);
  return rest[1] === "api" ? openApiDocument(resources, "", rest[2] ?? "", services.version) : openApiDocument(resources, rest[2] ?? "", rest[3] ?? "", services.version);
}

function verbOf(request: ApiRequest, route: ResourceRoute): string {
  const isWatch = ["1", "true"].includes(request.query.get("watch") ?? "");
  switch (request.method) {
    case "GET":
      return route.name !== undefined ? "get" : isWatch ? "watch" : "list";
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return route.name === undefined ? "deletecollection" : "delete";
  }
  throw new ApiError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});
}

function authorize(request: Pick<ApiRequest, "user">, route: ResourceRoute, verb: string): void {
  const { resource, subresource } = route;
  const access = { verb, group: resource.group, resource: subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`, namespace: resource.kind === "Namespace" ? route.name : route.namespace, name: route.name };
  if (!isAllowed(request.user, access)) throw forbidden(request.user, resource.kind === "Namespace" ? { ...access, namespace: undefined } : access, resource);
}

function serveResource(services: ApiServices, request: ApiRequest, route: ResourceRoute): void {
  const verb = verbOf(request, route);
  authorize(request, route, verb);
  const { resource, name, subresource } = route;
  if (resource.source === "review") {
    if (verb !== "create") throw new ApiError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});
    reviewSelf(request, route);
    return;
  }
  if (resource.source === "computed" && verb !== "get" && verb !== "list") throw new ApiError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});
  if (name === undefined) serveCollection(services, request, route, verb);
  else if (subresource === undefined || subresource === "status" || subresource === "finalize") serveObject(services, request, route, verb);
  else serveSubresource(services, request, route, subresource);
}

function serveCollection(services: ApiServices, request: ApiRequest, route: ResourceRoute, verb: string): void {
  if (verb === "list") listObjects(services, request, route);
  else if (verb === "watch") watchObjects(services, request, route);
  else if (verb === "create") createObject(services, request, route);
  else if (verb === "deletecollection") deleteMany(services, request, route);
  else throw new ApiError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});
}

function serveObject(services: ApiServices, request: ApiRequest, route: ResourceRoute, verb: string): void {
  if (verb === "get" && ["1", "true"].includes(request.query.get("watch") ?? "")) watchObjects(services, request, route);
  else if (verb === "get") sendJson(request.response, 200, present(services, request, route.resource, requireObject(services, route)));
  else if (verb === "update") replaceObject(services, request, route);
  else if (verb === "patch") patchObject(services, request, route);
  else if (verb === "delete") deleteOne(services, request, route);
  else throw new ApiError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});
}

function serveSubresource(services: ApiServices, request: ApiRequest, route: ResourceRoute, subresource: string): void {
  switch (subresource) {
    case "log":
      podLog(services, request, route);
      return;
    case "scale":
      scaleObject(services, request, route);
      return;
    case "eviction":
      evictPod(services, request, route);
      return;
    case "proxy":
      if (route.resource.kind === "Node") proxyToNode(services, request, route);
      else proxyToService(services, request, route);
      return;
    case "exec":
      // Without an upgrade, the checks still give their own answers first.
      execRequest(requireObject(services, route), request.query);
      throw new ApiError(400, "BadRequest", "Upgrade request required");
  }
  throw noSuchPath();
}

function upgrade(services: ApiServices, exec: ExecProtocols, message: IncomingMessage, socket: Duplex, head: Buffer): void {
  const url = new URL(message.url ?? "/", "https://localhost");
  const user = impersonate(services.users, authenticate(services.users, message.headers.authorization), message.headers);
  const route = parseRoute(url.pathname, RESOURCES);
  if (route.subresource !== "exec") throw noSuchPath();
  // A WebSocket is a GET, SPDY a POST.
  authorize({ user }, route, message.method === "GET" ? "get" : "create");
  const request = execRequest(requireObject(services, route), url.searchParams);
  const kind = (message.headers.upgrade ?? "").toLowerCase();
  if (kind === "websocket") exec.webSocket.accept(message, socket, head, request);
  else if (kind === "spdy/3.1") exec.spdy.accept(message, socket, head, request);
  else throw new ApiError(400, "BadRequest", `unable to upgrade: unknown protocol ${kind}`);
}

/** Before the upgrade, a refusal is an ordinary HTTP answer. */
function refuseUpgrade(socket: Duplex, error: unknown): void {
  const refusal = error instanceof ApiError ? error : new ApiError(500, "InternalError", `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`);
  const body = JSON.stringify(refusal.toStatus());
  socket.end(`HTTP/1.1 ${refusal.code} ${refusal.reason === "" ? "Error" : refusal.reason}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
}
