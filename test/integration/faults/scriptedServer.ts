import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";

/** One request that a server got, with its whole body. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly distinct: IncomingMessage["headersDistinct"];
  readonly body: string;
}

/** What a server does with its nth request. */
export type Answer = (response: ServerResponse, asked: Asked) => void;

export interface ScriptedServer {
  readonly port: number;
  readonly address: string;
  readonly asked: Asked[];
  /** Answers to the requests that come next, in order; the last one stays. */
  script(...answers: readonly Answer[]): void;
  readonly connections: number;
  close(): Promise<void>;
}

/** An HTTP or HTTPS server on loopback whose answers a test writes. */
export async function startScriptedServer(tls?: { readonly cert: string; readonly key: string }, port = 0): Promise<ScriptedServer> {
  const asked: Asked[] = [];
  let answers: Answer[] = [ok("{}")];
  let connections = 0;
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      const one = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, distinct: request.headersDistinct, body };
      asked.push(one);
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      answer?.(response, one);
    });
  };
  const server = tls === undefined ? createServer(handle) : createSecureServer(tls, handle);
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const bound = (server.address() as AddressInfo).port;
  return {
    port: bound,
    address: `${tls === undefined ? "http" : "https"}://127.0.0.1:${bound}`,
    asked,
    script: (...next) => {
      answers = [...next];
      asked.length = 0;
    },
    get connections() {
      return connections;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const ok = (body: string, headers: Readonly<Record<string, string>> = {}): Answer => (response) => response.writeHead(200, { "content-type": "application/json", ...headers }).end(body);
export const status = (code: number, headers: Readonly<Record<string, string>> = {}, body = ""): Answer => (response) => response.writeHead(code, headers).end(body);
/** Closes the connection before an answer, by a reset. */
export const reset: Answer = (response) => response.socket?.resetAndDestroy();
/** Never answers. */
export const silence: Answer = () => undefined;
/** Announces more than it sends, then closes. */
export const truncated: Answer = (response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
  response.write('{"half":', () => response.socket?.destroy());
};
/** Sends a part of a chunked body and closes. */
export const truncatedChunks: Answer = (response) => response.write('{"half":', () => response.socket?.destroy());
/** Sends a part of the body and then nothing. */
export const stalledBody: Answer = (response) => {
  response.writeHead(200, { "content-length": "1000" });
  response.write('{"half":');
};
