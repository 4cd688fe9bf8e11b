import assert from "node:assert/strict";
import { readRules, RuleEngine } from "../../../src/drill/monitoring/rules.ts";
import { labelsFrom, SeriesStore } from "../../../src/drill/promql/series.ts";

const FILE = `
groups:
  - name: g
    rules:
      - record: job:up:sum
        expr: sum by (job) (up)
      - alert: Down
        expr: up == 0
        for: 1m
        keep_firing_for: 30s
        labels: { severity: critical }
        annotations: { summary: "{{ $labels.pod }} is {{ $value | printf \\"%.1f\\" }}, {{ nonsense }}" }
`;

describe("alert rules", () => {
  const labels = labelsFrom([["__name__", "up"], ["job", "shop"], ["pod", "a"]]);

  it("wait for their time, fire, keep firing for a while and end", () => {
    const store = new SeriesStore();
    const engine = new RuleEngine(readRules(FILE), store, []);
    const states = [1, 0, 0, 0, 0, 0, 1, 1, 1].map((up, index) => {
      const at = (index + 1) * 20_000;
      store.append(labels, at, up);
      engine.evaluate(at);
      return engine.active.map((alert) => alert.state).join();
    });
    assert.deepEqual(states, ["", "pending", "pending", "pending", "firing", "firing", "firing", "", ""]);
  });

  it("say what is wrong, and come back from a snapshot with their times", () => {
    const store = new SeriesStore();
    const engine = new RuleEngine(readRules(FILE), store, []);
    store.append(labels, 1000, 0);
    engine.evaluate(1000);
    const [alert] = engine.active;
    assert.deepEqual(alert?.labels, { job: "shop", pod: "a", severity: "critical", alertname: "Down" });
    assert.equal(alert?.annotations["summary"], "a is 0.0, <error expanding template: nonsense is not evaluated in the drill world>");
    const again = new RuleEngine(readRules(FILE), store, JSON.parse(JSON.stringify(engine.active)));
    again.evaluate(61_000);
    assert.deepEqual(again.active.map(({ state, activeAt }) => [state, activeAt]), [["firing", 1000]]);
  });

  for (const [source, message] of [
    ["groups: [{ name: g, rules: [{ alert: A, expr: 'rate(x)' }] }]", /^g: A: 1:1: parse error: expected type range vector/u],
    ["groups: [{ name: g, rules: [{ alert: A, expr: up, fro: 1m }] }]", /unknown field fro/u],
    ["groups: [{ name: g, rules: [{ expr: up }] }]", /g: alert or record must be text/u],
  ] as const) {
    it(`are refused: ${source}`, () => assert.throws(() => readRules(source), (error) => error instanceof Error && message.test(error.message)));
  }
});
