import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { runCommand } from "../../../scripts/lib/children.ts";
import { findPromtool } from "../../parts/promtool.ts";

const RULES = resolve(import.meta.dirname, "../../../notebooks/monitoring/buildnest.rules.yaml");

/** A series as promtool reads it: `0+6x10` is 0 and 6 more in each of 10 minutes. */
interface Series {
  readonly series: string;
  readonly values: string;
}

const HEALTHY: readonly Series[] = [
  { series: 'http_requests_total{status="200"}', values: "0+600x10" },
  { series: 'http_requests_total{status="500"}', values: "0+6x10" },
  { series: 'up{job="buildnest-app",instance="a"}', values: "1x10" },
  { series: 'up{job="buildnest-app",instance="b"}', values: "1x10" },
  { series: 'mysql_up{job="mysql"}', values: "1x10" },
  { series: 'http_request_duration_seconds{quantile="0.95"}', values: "0.3x10" },
];

/** Each alert's fault, as series that take the healthy ones' place; `undefined` for one that is no longer scraped. */
const FAULTS: readonly { readonly alert: string; readonly because: string; readonly changed: Readonly<Record<string, string | undefined>> }[] = [
  { alert: "HighErrorRate", because: "every tenth request fails", changed: { 'http_requests_total{status="500"}': "0+67x10" } },
  { alert: "ServiceDown", because: "no pod answers", changed: { 'up{job="buildnest-app",instance="a"}': "0x10", 'up{job="buildnest-app",instance="b"}': "0x10" } },
  { alert: "ServiceDown", because: "there is no pod", changed: { 'up{job="buildnest-app",instance="a"}': undefined, 'up{job="buildnest-app",instance="b"}': undefined } },
  { alert: "DatabaseDown", because: "the database takes no connection", changed: { 'mysql_up{job="mysql"}': "0x10" } },
  { alert: "HighLatency", because: "one request in twenty takes 3 seconds", changed: { 'http_request_duration_seconds{quantile="0.95"}': "3x10" } },
];
const ALERTS = [...new Set(FAULTS.map(({ alert }) => alert))];

describe("the alert rules under Prometheus' own promtool", function suite() {
  this.timeout(300_000);
  let promtool: string;
  let folder: string;
  before(async function () {
    folder = mkdtempSync(join(tmpdir(), "promtool-"));
    try {
      promtool = await findPromtool();
    } catch (error) {
      console.log(`no promtool here: ${error instanceof Error ? error.message : String(error)}`);
      this.skip();
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** After 10 minutes of these series these alerts fire, and no others. */
  async function expectFiring(name: string, series: readonly Series[], firing: readonly string[]): Promise<void> {
    copyFileSync(RULES, join(folder, "rules.yaml"));
    const file = join(folder, `${name}.yaml`);
    // `ALERTS` is what Prometheus itself records of pending and firing alerts.
    const samples = firing.map((alert) => ({ labels: `{alertname="${alert}"}`, value: 1 }));
    const test = { interval: "1m", input_series: series, promql_expr_test: [{ expr: 'count by (alertname) (ALERTS{alertstate="firing"})', eval_time: "10m", exp_samples: samples }] };
    writeFileSync(file, stringify({ rule_files: ["rules.yaml"], evaluation_interval: "30s", tests: [test] }));
    const { code, output } = await runCommand([promtool, "test", "rules", file], { limitMs: 30_000, show: "capture" });
    assert.equal(code, 0, output);
  }

  it("are accepted by `promtool check rules`", async () => {
    const { code, output } = await runCommand([promtool, "check", "rules", RULES], { limitMs: 30_000, show: "capture" });
    assert.equal(code, 0, output);
    assert.match(output, new RegExp(`SUCCESS: ${ALERTS.length} rules found`));
  });

  it("stay silent while all is well", () => expectFiring("healthy", HEALTHY, []));

  for (const [index, { alert, because, changed }] of FAULTS.entries()) {
    it(`${alert} fires, and no other, when ${because}`, async () => {
      assert.deepEqual(Object.keys(changed).filter((series) => !HEALTHY.some((healthy) => healthy.series === series)), []);
      const series = HEALTHY.flatMap((healthy) => {
        const values = healthy.series in changed ? changed[healthy.series] : healthy.values;
        return values === undefined ? [] : [{ series: healthy.series, values }];
      });
      await expectFiring(`fault-${index}`, series, [alert]);
    });
  }
});
