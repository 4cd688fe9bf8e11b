import { createServer, type IncomingMessage, type Server } from "node:http";
import type { WorldClock } from "../contract.ts";
import { openDoor, type Door } from "../net/door.ts";
import type { WebService } from "./webService.ts";

/** Largest request body that the application reads. */
const MAX_BODY_BYTES = 1 << 20;

/** Serves an application, or anything else that answers HTTP, on loopback. `port` 0 takes a free one; answers take world time; `beforeAnswer` is called before a change is confirmed. Rejects when the port is taken. */
export function serveApplication(application: WebService, port: number, clock: WorldClock, beforeAnswer: () => void): Promise<Door> {
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
    });
    request.on("end", () => {
      if (bytes > MAX_BODY_BYTES) {
        response.writeHead(413).end();
        return;
      }
      const url = new URL(request.url ?? "/", "http://loopback");
      const answer = application.answer({
        method: request.method ?? "GET", path: url.pathname, query: new Map(url.searchParams), client: { address: clientAddress(request), agent: request.headers["user-agent"] ?? "-" }, authorization: request.headers.authorization,
        contentType: request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase(), body: Buffer.concat(chunks).toString("utf8"),
      });
      if (request.method !== "GET" && request.method !== "HEAD") beforeAnswer();
      const body = Buffer.from(answer.body);
      const send = (): void => {
        response.writeHead(answer.status, body.length === 0 ? {} : { "content-type": answer.contentType, "content-length": body.length });
        response.end(request.method === "HEAD" ? undefined : body);
      };
      const { delayMs = 0 } = answer;
      if (delayMs < 1) send();
      else clock.after(delayMs, send);
    });
  });
  return openDoor(server, port);
}

/** Who asks: the address that a load balancer in front has noted, else the connection's. */
function clientAddress(request: IncomingMessage): string {
  const noted = request.headers["x-forwarded-for"];
  const [first] = (Array.isArray(noted) ? noted[0] : noted)?.split(",") ?? [];
  return first?.trim() ?? request.socket.remoteAddress ?? "127.0.0.1";
}
