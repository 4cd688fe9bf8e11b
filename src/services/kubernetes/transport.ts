import http from "node:http";
import https from "node:https";
import { RuntimeError } from "../../core/runtimeError.ts";
import type { Credential, CredentialSource } from "./credentials.ts";
import type { ClusterSettings } from "./kubeconfig.ts";
import type { KubernetesRequest } from "../../core/ports.ts";

/** TCP and TLS must be there within this: a target's state has its name within three seconds, and this comes first. */
const CONNECT_LIMIT_MS = 2500;
/** A request, and a body that should be flowing, may be silent for this long. */
const STALL_LIMIT_MS = 30_000;
const MAX_BODY_BYTES = 64 * 1024 * 1024;
const GET_ATTEMPTS = 4;
const RETRY_BASE_MS = 200;

/** One API server's connections: a keep-alive agent, TLS and authentication. Call `close` to free its sockets. */
export class Transport {
  readonly #cluster: ClusterSettings;
  readonly #credentials: CredentialSource;
  readonly #agent: http.Agent;
  readonly #isTls: boolean;

  constructor(cluster: ClusterSettings, credentials: CredentialSource) {
    this.#cluster = cluster;
    this.#credentials = credentials;
    this.#isTls = cluster.server.startsWith("https:");
    const options = { keepAlive: true, maxSockets: 32, scheduling: "lifo" } as const;
    this.#agent = this.#isTls ? new https.Agent(options) : new http.Agent(options);
  }

  /** Sends a request and reads its whole body. GETs are repeated on lost connections, 429 and 5xx. */
  async send(request: KubernetesRequest, signal: AbortSignal): Promise<{ readonly status: number; readonly contentType: string; readonly text: string }> {
    const attempts = request.method === "GET" ? GET_ATTEMPTS : 1;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const response = await this.open(request, signal, false);
        const text = await readBody(response, signal, this.#cluster.server);
        const status = response.statusCode ?? 0;
        if (attempt === attempts || !(status === 429 || status >= 500)) return { status, contentType: response.headers["content-type"] ?? "", text };
        await pause(retryAfter(response) ?? RETRY_BASE_MS * 2 ** attempt, signal);
      } catch (error) {
        if (attempt === attempts || !(error instanceof RuntimeError && error.code === "connectionLost")) throw error;
        await pause(RETRY_BASE_MS * 2 ** attempt, signal);
      }
    }
  }

  /** Sends a request and resolves with its headers; the caller consumes the body. A 401 is answered once with a renewed credential. */
  async open(request: KubernetesRequest, signal: AbortSignal, isEndless: boolean): Promise<http.IncomingMessage> {
    const response = await this.#openOnce(request, await this.#credentials.current(), signal, isEndless);
    if (response.statusCode !== 401 || !this.#credentials.refresh()) return response;
    response.resume();
    return await this.#openOnce(request, await this.#credentials.current(), signal, isEndless);
  }

  /** Address, TLS settings and headers for a WebSocket to the same server. */
  async socketOptions(path: string): Promise<{ readonly url: string; readonly options: https.RequestOptions & { headers: Record<string, string> } }> {
    const credential = await this.#credentials.current();
    const headers = Object.fromEntries(Object.entries(credential.headers).map(([name, value]) => [name, typeof value === "string" ? value : value.join(", ")]));
    return { url: this.#cluster.server.replace(/^http/, "ws") + path, options: { ...this.#tls(credential), headers } };
  }

  /** True when a refused handshake may succeed with a renewed credential. */
  refreshCredential(): boolean {
    return this.#credentials.refresh();
  }

  get server(): string {
    return this.#cluster.server;
  }

  close(): void {
    this.#agent.destroy();
  }

  #tls(credential: Credential): https.RequestOptions {
    if (!this.#isTls) return {};
    return {
      ...(this.#cluster.certificateAuthority === undefined ? {} : { ca: this.#cluster.certificateAuthority }),
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
    };
    for (const [name, value] of Object.entries(credential.headers)) headers[name] = typeof value === "string" ? value : [...value];
    const options: https.RequestOptions = { method: request.method, headers, agent: this.#agent, signal, ...this.#tls(credential) };
    return await new Promise<http.IncomingMessage>((resolve, reject) => {
      const outgoing = this.#isTls ? https.request(server + request.path, options) : http.request(server + request.path, options);
      const watch = watchConnection(outgoing, this.#isTls, server);
      outgoing.on("response", (response) => {
        watch.stop();
        // An endless stream may rightly be silent; TCP keep-alive finds a dead peer there.
        outgoing.setTimeout(isEndless ? 0 : STALL_LIMIT_MS);
        response.socket.setKeepAlive(true, 15_000);
        resolve(response);
      });
      outgoing.on("timeout", () => outgoing.destroy(new RuntimeError("timedOut", `${server}: no answer for ${String(STALL_LIMIT_MS / 1000)} s`, { facts: { server } })));
      outgoing.on("error", (error: Error) => {
        watch.stop();
        reject(signal.aborted ? reasonOf(signal) : namedError(error, server, outgoing.reusedSocket || watch.isConnected()));
      });
      outgoing.setTimeout(STALL_LIMIT_MS);
      outgoing.end(body);
    });
  }
}

/** Ends a request whose connection is not there in time, and knows afterwards whether it ever was. */
function watchConnection(outgoing: http.ClientRequest, isTls: boolean, server: string): { stop(): void; isConnected(): boolean } {
  let isConnected = false;
  const timer = setTimeout(() => {
    outgoing.destroy(new RuntimeError("unreachable", `${server}: no ${isTls ? "TLS" : "TCP"} connection within ${String(CONNECT_LIMIT_MS / 1000)} s`, { facts: { server }, hint: "Check the network, VPN and the server's address." }));
  }, CONNECT_LIMIT_MS);
  const connected = (): void => {
    isConnected = true;
    clearTimeout(timer);
  };
  outgoing.on("socket", (socket) => {
    if (outgoing.reusedSocket || !socket.connecting) connected();
    else socket.once(isTls ? "secureConnect" : "connect", connected);
  });
  return { stop: () => clearTimeout(timer), isConnected: () => isConnected };
}

/** Gives a transport failure its name. */
export function namedError(error: Error, server: string, wasConnected: boolean): Error {
  if (error instanceof RuntimeError) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const facts = { server, cause: code };
  if (/^(CERT_|ERR_TLS_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH)/.test(code)) {
    return new RuntimeError("unreachable", `${server}: its certificate is not trusted (${code})`, { cause: error, facts, hint: "Another server may be answering; check the address and the certificate authority of the kubeconfig." });
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

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const aborted = (): void => {
      clearTimeout(timer);
      reject(reasonOf(signal));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", aborted);
      resolve();
    }, ms);
    signal.addEventListener("abort", aborted, { once: true });
  });
}

export function reasonOf(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new Error(String(reason));
}
