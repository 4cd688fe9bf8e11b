import { listAt, textAt } from "../kubectl/json.ts";
import type { ClockPort } from "../ports.ts";
import type { HealthItem } from "../protocol.ts";
import { messageOf, RuntimeError } from "../runtimeError.ts";
import { shortAge } from "./age.ts";
import { askPrometheus, type PrometheusSource } from "./prometheus.ts";
import { REACH_LIMIT_MS, withLimit } from "./reach.ts";

/** Where alerts are asked for. */
export interface AlertSource extends PrometheusSource {
  readonly clock: ClockPort;
}

/** The alerts that fire or are about to, the firing ones first; one line that says so where Prometheus does not answer within 3 s. */
export async function readAlerts({ http, clock, url }: AlertSource, signal: AbortSignal): Promise<readonly HealthItem[]> {
  try {
    const answer = await withLimit(clock, REACH_LIMIT_MS, signal, (limited) => askPrometheus({ http, url }, "/api/v1/alerts", limited));
    const alerts = listAt(answer, "data", "alerts").map((alert) => {
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
