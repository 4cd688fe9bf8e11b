import assert from "node:assert/strict";
import { readAlerts } from "../../../src/core/health/alerts.ts";
import type { ClockPort, HttpPort, HttpRequest } from "../../../src/core/ports.ts";
import { RuntimeError } from "../../../src/core/runtimeError.ts";

const NOW = Date.parse("2026-02-01T12:00:00Z");
const clock: ClockPort = { now: () => NOW, sleep: (_ms, signal) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true })) };

function answering(status: number, body: unknown): { readonly http: HttpPort; readonly asked: HttpRequest[] } {
  const asked: HttpRequest[] = [];
  const bytes = new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
  async function* stream(): AsyncIterable<Uint8Array> {
    yield bytes.subarray(0, 5);
    yield bytes.subarray(5);
  }
  const http: HttpPort = {
    request: (request) => {
      asked.push(request);
      return Promise.resolve({ status, httpVersion: "1.1", reason: "Status", headers: [], body: stream() });
    },
  };
  return { http, asked };
}

const alert = (name: string, state: string, severity: string, minutes: number, summary?: string): object => ({
  labels: { alertname: name, severity }, annotations: summary === undefined ? {} : { summary }, state, activeAt: new Date(NOW - minutes * 60_000).toISOString(),
});

describe("alerts", () => {
  it("come with the firing ones first, and with how long", async () => {
    const { http, asked } = answering(200, { status: "success", data: { alerts: [alert("Slow", "pending", "warning", 1), alert("Down", "firing", "critical", 125, "Nobody answers"), alert("Hot", "firing", "warning", 4)] } });
    const found = await readAlerts({ http, clock, url: "https://prometheus/" }, new AbortController().signal);
    assert.deepEqual(found, [
      { name: "Down", verdict: "down", reason: "firing for 2h: Nobody answers" },
      { name: "Hot", verdict: "degraded", reason: "firing for 4m" },
      { name: "Slow", verdict: "degraded", reason: "pending for 60s" },
    ]);
    assert.deepEqual(asked.map((request) => request.url), ["https://prometheus/api/v1/alerts"]);
  });

  it("are none where none are active", async () => {
    assert.deepEqual(await readAlerts({ http: answering(200, { status: "success", data: { alerts: [] } }).http, clock, url: "https://p" }, new AbortController().signal), []);
  });

  it("that cannot be asked for are a line that says so", async () => {
    const failing: HttpPort = { request: () => Promise.reject(new RuntimeError("unreachable", "Asking p: connection refused")) };
    for (const [http, reason] of [[failing, /refused/], [answering(503, "").http, /answered 503/]] as const) {
      const [item, ...others] = await readAlerts({ http, clock, url: "https://p" }, new AbortController().signal);
      assert.deepEqual([item?.name, item?.verdict, others.length], ["Prometheus", "unknown", 0]);
      assert.match(item?.reason ?? "", reason);
    }
  });
});
