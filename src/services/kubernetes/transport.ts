import http from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import { RuntimeError } from "../../core/runtimeError.ts";
import { trustedAuthorities } from "../authorities.ts";
import { createAgent, type Environment, parseProxy, proxyFor } from "../proxy.ts";
import type { Credential, CredentialSource } from "./credentials.ts";
import type { ClusterSettings } from "./kubeconfig.ts";
import type { KubernetesRequest } from "../../core/ports.ts";
import { sleepReal } from "../clock.ts";

/** How long silence may last, in real milliseconds. No limit is on how long a change takes as a whole. */
export interface TransportLimits {
  /** TCP, the proxy's tunnel and TLS must be there within this. */
  readonly connectMs: number;
  /** A read without a byte for this long has timed out. */
  readonly readSilenceMs: number;
  /** A change without a byte for this long has stalled: longer than the 60 s that an API server takes at most. Its effect is unknown then. */
  readonly changeSilenceMs: number;
  /** A watch or a followed log may rightly be silent; after this its connection is taken for dead, and whoever reads resumes. Longer than the 480 s that watches ask for. */
  readonly streamSilenceMs: number;
  /** Between two signs of life that an exec asks for. */
  readonly pingMs: number;
}

export const USUAL_LIMITS: TransportLimits = { connectMs: 2500, readSilenceMs: 30_000, changeSilenceMs: 90_000, streamSilenceMs: 510_000, pingMs: 15_000 };

/** An unused connection is closed after this, before something on the way forgets it. */
const IDLE_MS = 20_000;
const KEEP_ALIVE_MS = 15_000;
const MAX_BODY_BYTES = 64 * 1024 * 1024;
const ATTEMPTS = 4;
/** Doubles with each attempt; all of them together leave time to name the target's state within 3 s. */
const RETRY_BASE_MS = 100;

/** One API server's connections: one keep-alive pool for reads, TLS, proxy and authentication. Call `close` to free its sockets. */
export class Transport {
  readonly #cluster: ClusterSettings;
  readonly #credentials: CredentialSource;
  readonly #agent: http.Agent;
  /** Changes get a connection of their own: of a kept one that the server closes meanwhile nobody could say whether the change went through. */
  readonly #changeAgent: http.Agent;
  readonly #isTls: boolean;
  readonly #proxy: URL | undefined;
  readonly #authorities: string[] | undefined;
  readonly limits: TransportLimits;

  /** Throws `proxyError` for a proxy that cannot be used. */
  constructor(cluster: ClusterSettings, credentials: CredentialSource, environment: Environment, limits: TransportLimits = USUAL_LIMITS) {
    this.#cluster = cluster;
    this.#credentials = credentials;
    this.limits = limits;
    this.#isTls = cluster.server.startsWith("https:");
    this.#proxy = cluster.proxyUrl === undefined ? proxyFor(new URL(cluster.server), environment) : parseProxy(cluster.proxyUrl);
    this.#authorities = this.#isTls && cluster.certificateAuthority === undefined && !cluster.skipTlsVerify ? trustedAuthorities(["SSL_CERT_FILE"], environment) : undefined;
    this.#agent = createAgent(this.#isTls, this.#proxy, { keepAlive: true, keepAliveMsecs: KEEP_ALIVE_MS, maxSockets: 32, scheduling: "lifo", timeout: IDLE_MS }, limits.connectMs);
    this.#changeAgent = createAgent(this.#isTls, this.#proxy, { maxSockets: 32 }, limits.connectMs);
  }

  /**
   * Sends a request and reads its whole body. GETs are repeated on lost connections, 429 and 5xx; a change only on a 429, which the
   * server gives before it does anything (an eviction's 429 is its answer, though).
   */
  async send(request: KubernetesRequest, signal: AbortSignal): Promise<{ readonly status: number; readonly contentType: string; readonly text: string }> {
    const isRead = request.method === "GET";
    const mayWait = isRead || !/\/eviction(?:\?|$)/.test(request.path);
    for (let attempt = 1; ; attempt += 1) {
      try {
        const response = await this.open(request, signal, false);
        const text = await readBody(response, signal, this.#cluster.server);
        const status = response.statusCode ?? 0;
        if (attempt === ATTEMPTS || !((status === 429 && mayWait) || (status >= 500 && isRead))) return { status, contentType: response.headers["content-type"] ?? "", text };
        await sleepReal(retryAfter(response) ?? RETRY_BASE_MS * 2 ** attempt, signal);
      } catch (error) {
        if (!isRead || attempt === ATTEMPTS || !(error instanceof RuntimeError && error.code === "connectionLost")) throw error;
        await sleepReal(RETRY_BASE_MS * 2 ** attempt, signal);
      }
    }
  }

  /** Sends a request and resolves with its headers; the caller consumes the body. A 401 is answered once with a renewed credential. */
  async open(request: KubernetesRequest, signal: AbortSignal, isEndless: boolean): Promise<http.IncomingMessage> {
    const credential = await untilAborted(this.#credentials.current(), signal);
    const response = await this.#openOnce(request, credential, signal, isEndless);
    if (response.statusCode !== 401 || !this.#credentials.refresh(credential)) return response;
    response.resume();
    return await this.#openOnce(request, await untilAborted(this.#credentials.current(), signal), signal, isEndless);
  }

  /** Address, TLS settings and headers for a WebSocket to the same server. */
  async socketOptions(path: string, signal: AbortSignal): Promise<SocketOptions> {
    const credential = await untilAborted(this.#credentials.current(), signal);
    return { url: this.#cluster.server.replace(/^http/, "ws") + path, credential, options: { ...this.#tls(credential), agent: this.#changeAgent, headers: outgoingHeaders(credential) } };
  }

  /** True when a refused handshake may succeed with a renewed credential. */
  refreshCredential(refused: Credential): boolean {
    return this.#credentials.refresh(refused);
  }

  get server(): string {
    return this.#cluster.server;
  }

  close(): void {
    this.#agent.destroy();
    this.#changeAgent.destroy();
  }

  #tls(credential: Credential): https.RequestOptions {
    if (!this.#isTls) return {};
    return {
      ...(this.#cluster.certificateAuthority === undefined ? (this.#authorities === undefined ? {} : { ca: this.#authorities }) : { ca: this.#cluster.certificateAuthority }),
      ...(credential.certificate === undefined ? {} : { cert: credential.certificate }),
      ...(credential.key === undefined ? {} : { key: credential.key }),
      ...(this.#cluster.tlsServerName === undefined ? {} : { servername: this.#cluster.tlsServerName }),
      rejectUnauthorized: !this.#cluster.skipTlsVerify,
    };
  }

  async #openOnce(request: KubernetesRequest, credential: Credential, signal: AbortSignal, isEndless: boolean): Promise<http.IncomingMessage> {
    signal.throwIfAborted();
    const { server } = this.#cluster;
    const body = request.body === undefined ? undefined : Buffer.from(request.body);
    const headers: http.OutgoingHttpHeaders = {
      accept: request.accept ?? "application/json",
      "user-agent": "dr-runbook",
      ...(body === undefined ? {} : { "content-type": request.contentType ?? "application/json", "content-length": String(body.length) }),
      ...outgoingHeaders(credential),
    };
    const options: https.RequestOptions = { method: request.method, headers, agent: request.method === "GET" ? this.#agent : this.#changeAgent, signal, ...this.#tls(credential) };
    const silence = this.#silenceOf(request, isEndless);
    return await new Promise<http.IncomingMessage>((resolve, reject) => {
      const outgoing = this.#isTls ? https.request(server + request.path, options) : http.request(server + request.path, options);
      const watch = this.watchConnection(outgoing);
      let response: http.IncomingMessage | undefined;
      outgoing.on("response", (incoming) => {
        watch.stop();
        response = incoming;
        resolve(incoming);
      });
      outgoing.on("timeout", () => {
        // Once the head is here, the body's reader is who must hear of it.
        if (response === undefined) outgoing.destroy(silence.failure());
        else response.destroy(silence.failure());
      });
      outgoing.on("error", (error: Error) => {
        watch.stop();
        reject(signal.aborted ? reasonOf(signal) : namedError(error, server, outgoing.reusedSocket || watch.isConnected()));
      });
      outgoing.setTimeout(silence.limitMs);
      outgoing.end(body);
    });
  }

  /** How long this request may be silent, and what it came to when it was. */
  #silenceOf(request: KubernetesRequest, isEndless: boolean): { readonly limitMs: number; failure(): RuntimeError } {
    const { server } = this.#cluster;
    const limitMs = isEndless ? this.limits.streamSilenceMs : request.method === "GET" ? this.limits.readSilenceMs : this.limits.changeSilenceMs;
    const fact = `no answer for ${String(limitMs / 1000)} s`;
    const failure = (): RuntimeError => {
      if (isEndless) return new RuntimeError("connectionLost", `${server}: ${fact}`, { facts: { server } });
      if (request.method === "GET") return new RuntimeError("timedOut", `${server}: ${fact}`, { facts: { server } });
      return new RuntimeError("connectionLost", `${server}: ${fact}`, { facts: { server, reason: "stalled" } });
    };
    return { limitMs, failure };
  }

  /** Ends a request whose connection is not there in time, and knows afterwards whether it ever was. */
  watchConnection(outgoing: http.ClientRequest): ConnectionWatch {
    let isConnected = false;
    const fact = `no ${this.#isTls ? "TLS" : "TCP"} connection within ${String(this.limits.connectMs / 1000)} s`;
    const timer = setTimeout(() => {
      outgoing.destroy(new RuntimeError("unreachable", `${this.server}: ${fact}`, { facts: { server: this.server }, hint: "Check the network, VPN and the server's address." }));
    }, this.limits.connectMs);
    const connected = (): void => {
      isConnected = true;
      clearTimeout(timer);
    };
    outgoing.on("socket", (socket) => {
      // TCP itself finds a peer that is gone, however long an answer may take.
      socket.setKeepAlive(true, KEEP_ALIVE_MS);
      if (outgoing.reusedSocket || !isConnecting(socket)) connected();
      else socket.once(this.#isTls ? "secureConnect" : "connect", connected);
    });
    return { stop: () => clearTimeout(timer), isConnected: () => isConnected };
  }
}

/** The limit on getting a connection. `stop` ends it. */
export interface ConnectionWatch {
  stop(): void;
  isConnected(): boolean;
}

/** What a WebSocket to the server is opened with. */
export interface SocketOptions {
  readonly url: string;
  readonly credential: Credential;
  readonly options: https.RequestOptions;
}

function outgoingHeaders(credential: Credential): http.OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(credential.headers).map(([name, value]) => [name, typeof value === "string" ? value : [...value]]));
}

/** A TLS socket over a tunnel is connected before its handshake is done. */
function isConnecting(socket: Socket): boolean {
  return socket.connecting || ("secureConnecting" in socket && socket.secureConnecting === true);
}

/** What is awaited, or the signal's reason as soon as it is aborted. */
async function untilAborted<T>(awaited: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(reasonOf(signal));
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([awaited, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Gives a transport failure its name. */
export function namedError(error: Error, server: string, wasConnected: boolean): Error {
  if (error instanceof RuntimeError) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const facts = { server, cause: code };
  if (/^(CERT_|ERR_TLS_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH)/.test(code)) {
    return new RuntimeError("unreachable", `${server}: its certificate is not trusted (${code})`, { cause: error, facts, hint: "Another server may be answering; check the address and the certificate authority of the kubeconfig." });
  }
  if (/ALERT_(CERTIFICATE|BAD_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/.test(code)) {
    return new RuntimeError("signInNeeded", `${server}: it refuses the client certificate (${code})`, { cause: error, facts, hint: "Renew the certificate in the kubeconfig." });
  }
  if (wasConnected) return new RuntimeError("connectionLost", `${server}: the connection was lost (${code === "" ? error.message : code})`, { cause: error, facts });
  return new RuntimeError("unreachable", `${server}: cannot connect (${code === "" ? error.message : code})`, { cause: error, facts, hint: "Check the network, VPN and the server's address." });
}

/** A response's bytes with backpressure; a lost connection rejects by name, an abort with the signal's reason. */
export async function* bodyOf(response: http.IncomingMessage, signal: AbortSignal, server: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response) {
      if (chunk instanceof Uint8Array) yield chunk;
    }
  } catch (error) {
    if (signal.aborted) throw reasonOf(signal);
    throw namedError(error instanceof Error ? error : new Error(String(error)), server, true);
  } finally {
    response.destroy();
  }
}

async function readBody(response: http.IncomingMessage, signal: AbortSignal, server: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response) {
      if (!(chunk instanceof Uint8Array)) continue;
      size += chunk.length;
      if (size > MAX_BODY_BYTES) throw new RuntimeError("apiStatus", `${server}: the answer is longer than 64 MiB`, { hint: "Narrow the request." });
      chunks.push(chunk);
    }
  } catch (error) {
    if (signal.aborted) throw reasonOf(signal);
    throw namedError(error instanceof Error ? error : new Error(String(error)), server, true);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function retryAfter(response: http.IncomingMessage): number | undefined {
  const seconds = Number(response.headers["retry-after"] ?? "");
  return seconds > 0 ? Math.min(seconds, 5) * 1000 : undefined;
}

export function reasonOf(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new Error(String(reason));
}
