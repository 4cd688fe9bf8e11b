import http from "node:http";
import https from "node:https";
import { isIP, BlockList } from "node:net";
import type { Duplex } from "node:stream";
import { RuntimeError, messageOf } from "../core/runtimeError.ts";

/** The environment that proxies and certificate files are read from. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A proxy without a byte for this long is given up, unless the caller has another limit. */
const TUNNEL_LIMIT_MS = 10_000;
const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/**
 * The proxy for an address by `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` (or their small letters), as Go's `httpproxy` reads them: what is
 * on this machine is never proxied. `undefined` goes straight. Throws `proxyError` for a proxy of a kind that is not spoken.
 */
export function proxyFor(address: URL, environment: Environment): URL | undefined {
  const isTls = address.protocol === "https:" || address.protocol === "wss:";
  const text = isTls ? (environment["HTTPS_PROXY"] ?? environment["https_proxy"]) : (environment["HTTP_PROXY"] ?? environment["http_proxy"]);
  if (text === undefined || text === "" || isExempt(address, environment["NO_PROXY"] ?? environment["no_proxy"] ?? "")) return undefined;
  return parseProxy(text);
}

/** Reads a proxy's address. Throws `proxyError` where it is none, or of a kind that is not spoken. */
export function parseProxy(text: string): URL {
  let url: URL;
  try {
    url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  } catch (cause) {
    throw new RuntimeError("proxyError", "Reading the proxy's address: it is no URL", { cause, hint: "Correct proxy-url in the kubeconfig, or HTTPS_PROXY." });
  }
  if (url.protocol === "http:" || url.protocol === "https:") return url;
  throw new RuntimeError("proxyError", `Using the proxy ${url.host}: ${url.protocol} proxies are not spoken here`, { hint: "Use an http or https proxy.", facts: { proxy: url.host } });
}

function isExempt(address: URL, exceptions: string): boolean {
  const host = address.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (host === "localhost" || isWithin(LOOPBACK, host)) return true;
  return exceptions.split(",").map((rule) => rule.trim().toLowerCase()).some((rule) => rule !== "" && matches(rule, host, portOf(address)));
}

/** One rule of `NO_PROXY`: `*`, an address, a range, or a name with all names below it; each but a range may end with a port. */
function matches(rule: string, host: string, port: string): boolean {
  if (rule === "*") return true;
  const range = /^(.+)\/(\d+)$/.exec(rule);
  if (range !== null) {
    const [, base = "", bits = ""] = range;
    if (isIP(base) === 0) return false;
    const list = new BlockList();
    list.addSubnet(base, Number(bits), isIP(base) === 4 ? "ipv4" : "ipv6");
    return isWithin(list, host);
  }
  const withPort = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(rule);
  if (withPort !== null && withPort[2] !== port) return false;
  const name = (withPort?.[1] ?? rule).replace(/^\[|\]$/g, "").replace(/^\*(?=\.)/, "");
  if (isIP(host) !== 0) return name === host;
  return name.startsWith(".") ? host.endsWith(name) : host === name || host.endsWith(`.${name}`);
}

function isWithin(list: BlockList, host: string): boolean {
  const family = isIP(host);
  return family !== 0 && list.check(host, family === 4 ? "ipv4" : "ipv6");
}

function portOf(address: URL): string {
  if (address.port !== "") return address.port;
  return address.protocol === "https:" || address.protocol === "wss:" ? "443" : "80";
}

/** The `Proxy-Authorization` that a proxy's address carries. */
export function proxyHeaders(proxy: URL): Readonly<Record<string, string>> {
  if (proxy.username === "") return {};
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(credentials).toString("base64")}` };
}

/** An agent that keeps its connections; with a proxy, each goes through a tunnel of its own (`CONNECT`). */
export function createAgent(isTls: boolean, proxy: URL | undefined, options: https.AgentOptions, tunnelMs = TUNNEL_LIMIT_MS): http.Agent {
  if (proxy === undefined) return isTls ? new https.Agent(options) : new http.Agent(options);
  const open = async (target: http.ClientRequestArgs): Promise<Duplex> => await openTunnel(proxy, target, tunnelMs);
  return isTls ? new SecureTunnelAgent(open, options) : new TunnelAgent(open, options);
}

type OpenTunnel = (target: http.ClientRequestArgs) => Promise<Duplex>;
type Created = (error: Error | null, socket: Duplex) => void;

class TunnelAgent extends http.Agent {
  readonly #open: OpenTunnel;

  constructor(open: OpenTunnel, options: http.AgentOptions) {
    super(options);
    this.#open = open;
  }

  override createConnection(options: http.ClientRequestArgs, created?: Created): undefined {
    this.#open(options).then((socket) => created?.(null, socket), (error: Error) => created?.(error, undefined as never));
  }
}

class SecureTunnelAgent extends https.Agent {
  readonly #open: OpenTunnel;

  constructor(open: OpenTunnel, options: https.AgentOptions) {
    super(options);
    this.#open = open;
  }

  override createConnection(options: https.RequestOptions, created?: Created): undefined {
    this.#open(options).then(
      // What goes over the tunnel is TLS as without it, sessions kept as the agent keeps them.
      (socket) => created?.(null, super.createConnection({ ...options, socket } as https.RequestOptions) as Duplex),
      (error: Error) => created?.(error, undefined as never),
    );
  }
}

async function openTunnel(proxy: URL, target: http.ClientRequestArgs, limitMs: number): Promise<Duplex> {
  const host = target.host ?? "";
  const path = `${host.includes(":") ? `[${host}]` : host}:${String(target.port ?? "")}`;
  const options = {
    method: "CONNECT", host: proxy.hostname.replace(/^\[|\]$/g, ""), port: proxy.port === "" ? (proxy.protocol === "https:" ? 443 : 80) : Number(proxy.port),
    path, agent: false as const, timeout: limitMs, headers: { host: path, ...proxyHeaders(proxy) },
  };
  return await new Promise((resolve, reject) => {
    const start = proxy.protocol === "https:" ? https.request(options) : http.request(options);
    const refuse = (fact: string, cause?: unknown): void => reject(proxyFailure(proxy, path, fact, cause));
    start.once("connect", (response: http.IncomingMessage, socket: Duplex) => {
      if (response.statusCode === 200) return resolve(socket);
      socket.destroy();
      refuse(response.statusCode === 407 ? "it wants you to sign in (407)" : `it answered ${String(response.statusCode)} ${response.statusMessage ?? ""}`.trimEnd());
    });
    start.once("response", (response) => {
      response.resume();
      refuse(`it answered ${String(response.statusCode)}`);
    });
    start.once("timeout", () => start.destroy(new Error(`no answer for ${limitMs / 1000} s`)));
    start.once("error", (cause) => refuse(messageOf(cause), cause));
    start.end();
  });
}

/** What is wrong with the proxy, without its credentials. */
function proxyFailure(proxy: URL, target: string, fact: string, cause?: unknown): RuntimeError {
  return new RuntimeError("proxyError", `Connecting to ${target} through the proxy ${proxy.host}: ${fact}`, {
    hint: "Check the proxy (proxy-url of the kubeconfig, HTTPS_PROXY) and its sign-in, or exempt the host with NO_PROXY.", facts: { proxy: proxy.host }, ...(cause === undefined ? {} : { cause }),
  });
}
