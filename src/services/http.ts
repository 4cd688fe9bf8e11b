import { type Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";
import type { ByteStream, HttpPort, HttpRequest, HttpResponse } from "../core/ports.ts";
import { RuntimeError, messageOf } from "../core/runtimeError.ts";
import { trustedAuthorities } from "./authorities.ts";
import { createAgent, type Environment, proxyFor, proxyHeaders } from "./proxy.ts";

export interface HttpPortOptions {
  /**
   * Loopback base address for each host (`name` or `name:port`) of a drill world. Given, nothing else can be reached, and `https`
   * goes to the base as plain HTTP with its own Host header.
   */
  readonly world?: Readonly<Record<string, string>> | WorldNames;
  /** Where proxies and trusted certificates are read, as curl reads them; this process's when left out. A world has none. */
  readonly environment?: Environment;
}

/** How a request gets to its server. */
interface Route {
  readonly target: URL;
  readonly agent: HttpAgent;
  /** Set where a proxy is asked for the whole address instead of a tunnel. */
  readonly forwarder: URL | undefined;
  readonly authorities: string[] | undefined;
}

/** Finds the loopback base address of a host (with its port, where the address names one) in a drill world. */
export type WorldNames = (host: string) => Promise<{ readonly kind: "found"; readonly base: string } | { readonly kind: "missing" } | { readonly kind: "outside" }>;

const DEFAULT_CONNECT_TIMEOUT_MS = 300_000;
const LOOPBACK = new Set(["127.0.0.1", "[::1]", "localhost"]);

/** HTTP with kept connections and streamed bodies. Throws `outsideWorld` for a world whose base is not on loopback. */
export function createHttpPort(options: HttpPortOptions = {}): HttpPort {
  const names = options.world === undefined ? undefined : typeof options.world === "function" ? options.world : fixedNames(options.world);
  const environment = options.environment ?? process.env;
  const proxies = curlProxies(environment);
  const agents = new Map<string, HttpAgent>();
  let authorities: string[] | undefined;
  const routeTo = async (url: URL): Promise<Route> => {
    const target = names === undefined ? url : await routeToWorld(url, names);
    const isTls = target.protocol === "https:";
    const proxy = names === undefined ? proxyFor(target, proxies) : undefined;
    const tunnel = isTls ? proxy : undefined;
    const key = `${target.protocol} ${tunnel?.href ?? ""}`;
    const agent = agents.get(key) ?? createAgent(isTls, tunnel, { keepAlive: true });
    agents.set(key, agent);
    if (isTls) authorities ??= trustedAuthorities(["CURL_CA_BUNDLE", "SSL_CERT_FILE"], environment);
    return { target, agent, forwarder: isTls ? undefined : proxy, authorities: isTls ? authorities : undefined };
  };
  return {
    request: async (request, signal) => {
      const url = parseUrl(request.url);
      return send(request, url, await routeTo(url), signal);
    },
  };
}

/** curl reads `http_proxy` in small letters only, and `ALL_PROXY` for every scheme. */
function curlProxies(environment: Environment): Environment {
  const all = environment["all_proxy"] ?? environment["ALL_PROXY"];
  return {
    http_proxy: environment["http_proxy"] ?? all, https_proxy: environment["https_proxy"] ?? environment["HTTPS_PROXY"] ?? all,
    no_proxy: environment["no_proxy"] ?? environment["NO_PROXY"],
  };
}

function loopbackBase(base: string): URL {
  const url = parseUrl(base);
  if (!LOOPBACK.has(url.hostname) || url.protocol !== "http:") throw outside(base);
  return url;
}

function fixedNames(hosts: Readonly<Record<string, string>>): WorldNames {
  const bases = new Map(Object.entries(hosts).map(([host, base]) => [host.toLowerCase(), loopbackBase(base).href]));
  return async (host) => {
    const base = bases.get(host);
    return base === undefined ? { kind: "outside" } : { kind: "found", base };
  };
}

async function routeToWorld(url: URL, names: WorldNames): Promise<URL> {
  const whole = await names(url.host.toLowerCase());
  const found = whole.kind === "outside" && url.port !== "" ? await names(url.hostname.toLowerCase()) : whole;
  switch (found.kind) {
    case "found":
      return new URL(`${url.pathname}${url.search}`, loopbackBase(found.base));
    case "missing":
      throw unresolved(url);
    case "outside":
      throw outside(url.host);
  }
}

function unresolved(url: URL, cause?: Error): RuntimeError {
  return new RuntimeError("unreachable", `Connecting to ${url.host}: the name cannot be resolved`, {
    hint: "Check the name and your DNS or VPN.", facts: { host: url.hostname, port: portOf(url), error: "ENOTFOUND", reason: "resolve" }, ...(cause === undefined ? {} : { cause }),
  });
}

function outside(host: string): RuntimeError {
  return new RuntimeError("outsideWorld", `Connecting to ${host}: it is no part of the drill world, and a drill never leaves this machine`, { hint: "Describe the host in the world, or correct the address.", facts: { host } });
}

function parseUrl(text: string): URL {
  try {
    const url = new URL(text);
    if (url.protocol === "http:" || url.protocol === "https:") return url;
  } catch (cause) {
    throw new RuntimeError("invalidInput", `Reading the address ${text}: it is no URL`, { cause });
  }
  throw new RuntimeError("invalidInput", `Reading the address ${text}: only http and https are run`);
}

function send(request: HttpRequest, url: URL, { target, agent, forwarder, authorities }: Route, signal: AbortSignal): Promise<HttpResponse> {
  signal.throwIfAborted();
  const isSecure = target.protocol === "https:";
  const headers = request.headers.some(([name]) => name.toLowerCase() === "host") ? request.headers : ([["Host", url.host], ...request.headers] as const);
  const length = request.body === undefined ? [] : ["Content-Length", String(request.body.length)];
  const settings: RequestOptions = {
    agent, method: request.method, ...placeOf(target), headers: [...headers.flat(), ...length], signal, ...lookupFor(request, target),
    ...(forwarder === undefined ? {} : { ...placeOf(forwarder), path: `${target.origin}${target.pathname}${target.search}`, headers: [...headers.flat(), ...length, ...Object.entries(proxyHeaders(forwarder)).flat()] }),
  };
  const trusted = request.authorities === undefined ? authorities : request.authorities === "" ? [] : request.authorities;
  const start = isSecure ? httpsRequest({ ...settings, rejectUnauthorized: !request.insecure, ...(trusted === undefined ? {} : { ca: trusted }) }) : httpRequest(settings);
  return new Promise((resolve, reject) => {
    const limitMs = request.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS;
    const timer = setTimeout(() => start.destroy(new RuntimeError("timedOut", `Connecting to ${url.host}: no connection within ${limitMs} ms`, { facts: { reason: "connect", host: url.hostname, port: portOf(url) } })), limitMs);
    start.once("socket", (socket) => {
      if (!socket.connecting) clearTimeout(timer);
      else socket.once(isSecure ? "secureConnect" : "connect", () => clearTimeout(timer));
    });
    start.once("error", (error) => {
      clearTimeout(timer);
      // An abort gives its own reason back, whatever it is.
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors
      reject(failure(error, url, signal));
    });
    if (request.silenceMs !== undefined) start.setTimeout(request.silenceMs, () => start.destroy(silent(url, request.silenceMs ?? 0)));
    start.once("response", (message) => {
      clearTimeout(timer);
      resolve(toResponse(message, url, signal));
    });
    start.end(request.body);
  });
}

function placeOf(url: URL): { readonly host: string; readonly port: string; readonly path: string } {
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port: url.port, path: `${url.pathname}${url.search}` };
}

/** Whether the request took effect, nobody here can know. */
function silent(url: URL, limitMs: number): RuntimeError {
  return new RuntimeError("connectionLost", `Waiting for ${url.host}: no answer for ${limitMs / 1000} s`, { facts: { reason: "stalled", host: url.hostname, port: portOf(url) } });
}

function toResponse(message: IncomingMessage, url: URL, signal: AbortSignal): HttpResponse {
  const headers: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < message.rawHeaders.length; index += 2) headers.push([message.rawHeaders[index] ?? "", message.rawHeaders[index + 1] ?? ""]);
  return { status: message.statusCode ?? 0, httpVersion: message.httpVersion, reason: message.statusMessage ?? "", headers, body: readBody(message, url, signal) };
}

/** Leaving the body unread, or half read, gives the connection up. */
function readBody(message: IncomingMessage, url: URL, signal: AbortSignal): ByteStream {
  return {
    async *[Symbol.asyncIterator]() {
      let bytes = 0;
      try {
        for await (const chunk of message as AsyncIterable<Buffer>) {
          bytes += chunk.length;
          yield chunk;
        }
      } catch (cause) {
        signal.throwIfAborted();
        const expected = Number(message.headers["content-length"]);
        throw new RuntimeError("connectionLost", `Reading from ${url.host}: the connection ended in the middle of the answer`, {
          cause, facts: { reason: "partial", host: url.hostname, remaining: Number.isFinite(expected) ? String(expected - bytes) : "" },
        });
      } finally {
        message.destroy();
      }
    },
  };
}

/** `--resolve host:port:address`, the last match winning. */
function lookupFor(request: HttpRequest, target: URL): { readonly lookup?: LookupFunction } {
  const port = portOf(target);
  const found = request.resolve.map((entry) => /^\+?([^:]+):(\d+):(.+)$/.exec(entry)).findLast((match) => match?.[1]?.toLowerCase() === target.hostname.toLowerCase() && match[2] === port);
  const address = found?.[3]?.split(",")[0]?.replace(/^\[|\]$/g, "");
  if (address === undefined) return {};
  const family = address.includes(":") ? 6 : 4;
  return { lookup: (_host, options, done) => (options.all === true ? done(null, [{ address, family }]) : done(null, address, family)) };
}

function portOf(url: URL): string {
  return url.port !== "" ? url.port : url.protocol === "https:" ? "443" : "80";
}

function failure(error: Error, url: URL, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof RuntimeError) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const facts = { host: url.hostname, port: portOf(url), error: code };
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return unresolved(url, error);
  if (code.startsWith("ERR_TLS") || code.startsWith("ERR_SSL") || /CERT|SIGNED|ISSUER/.test(code)) {
    return new RuntimeError("unreachable", `Connecting to ${url.host}: ${messageOf(error)}`, { hint: "Check the certificate.", facts: { ...facts, reason: "tls", detail: messageOf(error) }, cause: error });
  }
  if (code === "EPROTO") {
    return new RuntimeError("unreachable", `Connecting to ${url.host}: ${messageOf(error)}`, { hint: "Check that the address speaks TLS.", facts: { ...facts, reason: "handshake", detail: messageOf(error) }, cause: error });
  }
  if (code === "ECONNRESET" || code === "EPIPE") return new RuntimeError("connectionLost", `Waiting for ${url.host}: the connection ended before an answer`, { facts: { ...facts, reason: "empty" }, cause: error });
  if (code.startsWith("HPE_")) return new RuntimeError("connectionLost", `Reading from ${url.host}: the answer is no HTTP`, { facts: { ...facts, reason: "protocol" }, cause: error });
  return new RuntimeError("unreachable", `Connecting to ${url.host}: ${messageOf(error)}`, { hint: "Check that the service runs and the network reaches it.", facts: { ...facts, reason: "connect" }, cause: error });
}
