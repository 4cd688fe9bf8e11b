import { parseJson, type Json } from "../kubectl/json.ts";
import type { HttpPort } from "../ports.ts";
import { RuntimeError } from "../runtimeError.ts";

const BODY_LIMIT_BYTES = 4 * 1024 * 1024;

/** A Prometheus server. */
export interface PrometheusSource {
  readonly http: HttpPort;
  /** Its base address. */
  readonly url: string;
}

/** Asks Prometheus' HTTP API, `path` from `/api` on. Rejects with `RuntimeError` where it does not answer as it should. */
export async function askPrometheus({ http, url }: PrometheusSource, path: string, signal: AbortSignal): Promise<Json | undefined> {
  const response = await http.request({ method: "GET", url: `${url.replace(/\/$/, "")}${path}`, headers: [["accept", "application/json"]], body: undefined, insecure: false, resolve: [] }, signal);
  if (response.status !== 200) throw new RuntimeError("apiStatus", `Prometheus answered ${response.status} ${response.reason}`.trimEnd());
  return parseJson(await readText(response.body));
}

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let [text, bytes] = ["", 0];
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > BODY_LIMIT_BYTES) throw new RuntimeError("apiStatus", `Prometheus' answer is longer than ${BODY_LIMIT_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
