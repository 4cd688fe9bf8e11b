import { listAt, parseJson, textAt } from "../kubectl/json.ts";
import type { ClockPort, HttpPort } from "../ports.ts";
import type { HealthItem } from "../protocol.ts";
import { messageOf, RuntimeError } from "../runtimeError.ts";
import { shortAge } from "./age.ts";
import { REACH_LIMIT_MS, withLimit } from "./reach.ts";

const BODY_LIMIT_BYTES = 4 * 1024 * 1024;

/** Where alerts are asked for. */
export interface AlertSource {
  readonly http: HttpPort;
  readonly clock: ClockPort;
  /** Base address of a Prometheus server. */
  readonly url: string;
}

/** The alerts that fire or are about to, the firing ones first; one line that says so where Prometheus does not answer within 3 s. */
export async function readAlerts({ http, clock, url }: AlertSource, signal: AbortSignal): Promise<readonly HealthItem[]> {
  try {
    const text = await withLimit(clock, REACH_LIMIT_MS, signal, async (limited) => {
      const response = await http.request({ method: "GET", url: `${url.replace(/\/$/, "")}/api/v1/alerts`, headers: [["accept", "application/json"]], body: undefined, insecure: false, resolve: [] }, limited);
      if (response.status !== 200) throw new RuntimeError("apiStatus", `Prometheus answered ${response.status} ${response.reason}`.trimEnd());
      return readText(response.body);
    });
    const alerts = listAt(parseJson(text), "data", "alerts").map((alert) => {
      const isFiring = textAt(alert, "state") === "firing";
      const since = clock.now() - Date.parse(textAt(alert, "activeAt"));
      const about = textAt(alert, "annotations", "summary") || textAt(alert, "annotations", "description");
      const isCritical = textAt(alert, "labels", "severity") === "critical";
      const verdict: HealthItem["verdict"] = isFiring && isCritical ? "down" : "degraded";
      return { name: textAt(alert, "labels", "alertname"), verdict, isFiring, reason: [`${textAt(alert, "state")} for ${shortAge(since)}`, about].filter((part) => part !== "").join(": ") };
    });
    return alerts.sort((a, b) => Number(b.isFiring) - Number(a.isFiring)).map(({ name, verdict, reason }) => ({ name, verdict, reason }));
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof RuntimeError)) throw error;
    return [{ name: "Prometheus", verdict: "unknown", reason: messageOf(error) }];
  }
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
