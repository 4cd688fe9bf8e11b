import { createServer, type ServerResponse } from "node:http";
import { request as requestSecure } from "node:https";
import type { AddressInfo } from "node:net";

/** How an API server says that a watch's version is too old: as the answer's status, or as an event of a stream that has begun. */
export type Refusal = "status" | "event";

/** Something between a client and an API server that makes the server forget what it has told. */
export interface ForgetfulServer {
  readonly address: string;
  /** Versions that watches asked for. */
  readonly watches: readonly string[];
  /** Ends every watch under way, and refuses the next as many with 410 Gone. */
  forget(how: Refusal, times?: number): void;
  /** Keeps watches that come back waiting until `forget`, so that changes happen unseen. */
  hold(): void;
  close(): Promise<void>;
}

const GONE = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message: "too old resource version", reason: "Expired", code: 410 };

/** Passes requests on to an API server, its watches too, until they are to be forgotten. */
export async function startForgetfulServer(target: string): Promise<ForgetfulServer> {
  const open = new Set<ServerResponse>();
  const waiting: (() => void)[] = [];
  const watches: string[] = [];
  let refusals: Refusal[] = [];
  let isHolding = false;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", target);
    const isWatch = url.searchParams.get("watch") === "true";
    const pass = (): void => {
      const upstream = requestSecure(url, { method: request.method, headers: request.headers, rejectUnauthorized: false }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
        if (isWatch) open.add(response);
      });
      upstream.on("error", () => response.destroy());
      response.on("close", () => {
        open.delete(response);
        upstream.destroy();
      });
      request.pipe(upstream);
    };
    const begin = (): void => {
      const how = refusals.shift();
      if (how === "status") response.writeHead(410, { "content-type": "application/json" }).end(JSON.stringify(GONE));
      else if (how === "event") response.writeHead(200, { "content-type": "application/json" }).end(`${JSON.stringify({ type: "ERROR", object: GONE })}\n`);
      else pass();
    };
    if (!isWatch) return pass();
    watches.push(url.searchParams.get("resourceVersion") ?? "");
    if (isHolding) waiting.push(begin);
    else begin();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endWatches = (): void => [...open].forEach((response) => response.end());
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    watches,
    forget: (how, times = 1) => {
      refusals = Array.from({ length: times }, () => how);
      isHolding = false;
      // A stream that has begun is told within it, as a server does whose history was compacted meanwhile.
      for (const response of how === "event" ? [...open] : []) {
        if (refusals.shift() === "event") response.write(`${JSON.stringify({ type: "ERROR", object: GONE })}\n`);
      }
      endWatches();
      waiting.splice(0).forEach((begin) => begin());
    },
    hold: () => {
      isHolding = true;
      endWatches();
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
