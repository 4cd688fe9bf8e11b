import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { WorldControl } from "../../core/protocol.ts";
import { messageOf } from "../../core/runtimeError.ts";

/** One handler a control request. */
export type ControlHandlers = { readonly [Name in keyof WorldControl]: (params: WorldControl[Name]["params"]) => Promise<WorldControl[Name]["result"]> };

/** Where a control endpoint listens and what it wants to be shown. */
export interface ControlPlace {
  readonly port: number;
  readonly token: string;
}

/** Serves the world's control requests on loopback, to holders of the token in the world's state file. */
export async function serveControl(handlers: ControlHandlers, place: ControlPlace | undefined): Promise<ControlPlace & { close(): void }> {
  const token = place?.token ?? randomBytes(24).toString("base64url");
  const server = createServer((request, response) => {
    const answer = (status: number, body: string): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(body);
    };
    if (!isSame(request.headers.authorization ?? "", `Bearer ${token}`)) return answer(401, "The token is missing or wrong.");
    const name = (request.url ?? "/").slice(1);
    const handler = Object.entries(handlers).find(([candidate]) => candidate === name)?.[1] as ((params: unknown) => Promise<unknown>) | undefined;
    if (request.method !== "POST" || handler === undefined) return answer(404, `There is no control request ${name}.`);
    let text = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => {
      text += chunk;
    });
    request.on("end", () => {
      Promise.resolve()
        .then(() => handler(JSON.parse(text)))
        .then((result) => answer(200, JSON.stringify(result)))
        .catch((error: unknown) => answer(400, messageOf(error)));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(place?.port ?? 0, "127.0.0.1", resolve);
  });
  return { port: (server.address() as AddressInfo).port, token, close: () => server.close() };
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
