import assert from "node:assert/strict";
import { PromqlError } from "../../../src/drill/promql/ast.ts";
import { evaluate, evaluateRange } from "../../../src/drill/promql/evaluate.ts";
import { parseQuery } from "../../../src/drill/promql/parser.ts";
import { labelsFrom, SeriesStore } from "../../../src/drill/promql/series.ts";

const AT = 600_000;

/** Series over ten minutes, a sample each 15 s: `value` by the number of the sample. */
function storeOf(series: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: (index: number) => number }[]): SeriesStore {
  const store = new SeriesStore();
  for (const { labels, value } of series) for (let index = 0; index <= 40; index += 1) store.append(labelsFrom(Object.entries(labels)), index * 15_000, value(index));
  return store;
}

const requests = (job: string, status: string, perSample: number): Parameters<typeof storeOf>[0][number] => ({ labels: { __name__: "http_requests_total", job, status }, value: (index) => index * perSample });
const bucket = (le: string, perSample: number): Parameters<typeof storeOf>[0][number] => ({ labels: { __name__: "h_bucket", le }, value: (index) => index * perSample });
const STORE = storeOf([
  requests("shop", "200", 150), requests("shop", "500", 30), requests("blog", "200", 15),
  { labels: { __name__: "up", job: "shop", pod: "a" }, value: () => 1 },
  { labels: { __name__: "up", job: "shop", pod: "b" }, value: () => 0 },
  // A process that began again at the 20th sample.
  { labels: { __name__: "restarted_total" }, value: (index) => (index < 20 ? index : index - 20) * 10 },
  { labels: { __name__: "free_bytes" }, value: (index) => 1000 - index * 15 },
  bucket("0.1", 50), bucket("0.5", 90), bucket("+Inf", 100),
]);

/** Results as `{labels} value` lines, values rounded to four digits. */
function answer(query: string, store = STORE): string {
  const value = evaluate(store, parseQuery(query), AT);
  const round = (number: number): string => String(Number.isFinite(number) ? Number(number.toPrecision(4)) : number);
  if (value.kind === "scalar") return round(value.value);
  if (value.kind !== "vector") return value.kind;
  return value.elements.map(({ labels, value: number }) => `${[...labels].map(([name, text]) => `${name}=${text}`).join(",")} ${round(number)}`.trim()).sort().join("; ");
}

describe("PromQL", () => {
  const table: readonly (readonly [query: string, expected: string])[] = [
    ['up{job="shop"}', "__name__=up,job=shop,pod=a 1; __name__=up,job=shop,pod=b 0"],
    ['up{pod=~"a|c"}', "__name__=up,job=shop,pod=a 1"],
    ['up{pod!~"a.*"}', "__name__=up,job=shop,pod=b 0"],
    ['{__name__="up", pod!="a"}', "__name__=up,job=shop,pod=b 0"],
    ['rate(http_requests_total{status=~"5.."}[5m])', "job=shop,status=500 2"],
    ['rate(http_requests_total{status=~"5.."}[5m]) > 0.05', "job=shop,status=500 2"],
    ['rate(http_requests_total{status=~"5.."}[5m]) > bool 3', "job=shop,status=500 0"],
    ["sum by (job) (rate(http_requests_total[5m]))", "job=blog 1; job=shop 12"],
    ["sum(increase(http_requests_total[2m])) without (status)", "job=blog 120; job=shop 1440"],
    ['sum(rate(http_requests_total{status=~"5.."}[5m])) / sum(rate(http_requests_total[5m]))', "0.1538"],
    ['sum by (job) (rate(http_requests_total{status="500"}[5m])) / on (job) sum by (job) (rate(http_requests_total[5m]))', "job=shop 0.1667"],
    ['rate(http_requests_total[5m]) / on (job) group_left sum by (job) (rate(http_requests_total[5m]))', "job=blog,status=200 1; job=shop,status=200 0.8333; job=shop,status=500 0.1667"],
    // 380 between the first sample and the last; extrapolated to the whole range.
    ["increase(restarted_total[10m])", "389.7"],
    ["resets(restarted_total[10m])", "1"],
    ["irate(restarted_total[1m])", "0.6667"],
    ["deriv(free_bytes[5m])", "-1"],
    ["predict_linear(free_bytes[5m], 400)", "0"],
    ["delta(free_bytes[5m])", "-300"],
    ["histogram_quantile(0.9, rate(h_bucket[5m]))", "0.5"],
    ["histogram_quantile(0.7, sum by (le) (rate(h_bucket[5m])))", "0.3"],
    ["absent(up)", ""],
    ['absent(up{job="gone"})', "job=gone 1"],
    ['sum(up{job="gone"}) == 0 or absent(up{job="gone"})', "job=gone 1"],
    ["sum(up) == 0", ""],
    ["count(up == 0)", "1"],
    ["avg(up) + 1", "1.5"],
    ["max(up) - min(up)", "1"],
    ["up unless up == 1", "__name__=up,job=shop,pod=b 0"],
    ["up and on (pod) up > 0", "__name__=up,job=shop,pod=a 1"],
    ["topk(1, sum by (job) (rate(http_requests_total[5m])))", "job=shop 12"],
    ["quantile(0.5, up)", "0.5"],
    ["-2 ^ 2", "-4"],
    ["2 + 3 * 4 ^ 2 % 5", "5"],
    ["vector(0)", "0"],
    ["scalar(sum(up)) * 2", "2"],
    ["clamp_max(sum(up), 0.5)", "0.5"],
    ["round(0.26 + sum(up), 0.1)", "1.3"],
    ["max_over_time(sum(up)[5m:1m])", "1"],
    ["free_bytes offset 5m", "__name__=free_bytes 700"],
    ['label_replace(up{pod="a"}, "short", "$1", "job", "(..).*")', "__name__=up,job=shop,pod=a,short=sh 1"],
    ["1e3 == bool 1000", "1"],
    ["Inf", "Infinity"],
    ["5m", "300"],
  ];
  for (const [query, expected] of table) it(`${query} is ${expected === "" ? "nothing" : expected}`, () => assert.equal(answer(query), expected));

  for (const [query, message] of [
    ["", "1:1: parse error: no expression found in input"],
    ["rate(x)", '1:1: parse error: expected type range vector in call to function "rate", got instant vector'],
    ["rate(x[5m]", "1:11: parse error: unexpected end of input"],
    ["nope(x)", '1:1: parse error: unknown function with name "nope"'],
    ["holt_winters(x[1m], 0.1, 0.1)", '1:1: parse error: the drill world\'s Prometheus does not evaluate the function "holt_winters"'],
    ["up @ 5", "1:4: parse error: the drill world's Prometheus does not evaluate the @ modifier"],
    ["1 > 2", "1:3: parse error: comparisons between scalars must use BOOL modifier"],
    ["x{a=b}", '1:5: parse error: unexpected identifier "b"'],
    ['x{a="b', '1:5: parse error: unterminated quoted string'],
    ["{}", "1:1: parse error: vector selector must contain at least one non-empty matcher"],
    ["sum(1)", "1:1: parse error: expected type instant vector in aggregation expression, got scalar"],
    ["up +\n ) ", '2:2: parse error: unexpected ")"'],
  ] as const) {
    it(`refuses ${JSON.stringify(query)}`, () => assert.throws(() => parseQuery(query), (error) => error instanceof PromqlError && error.errorType === "bad_data" && error.message === message));
  }

  it("refuses to match many with many", () => {
    assert.throws(() => answer("up + on (job) up"), (error) => error instanceof PromqlError && error.errorType === "execution" && /many-to-many matching not allowed/u.test(error.message));
  });

  it("takes a sample for five minutes, and none of a series that went stale", () => {
    const store = storeOf([{ labels: { __name__: "x" }, value: () => 1 }]);
    store.append(labelsFrom([["__name__", "x"]]), 601_000, Number.NaN);
    assert.equal(answer("x", store), "__name__=x 1");
    const at = (ms: number): number => (evaluate(store, parseQuery("count(x)"), ms) as { readonly elements: readonly unknown[] }).elements.length;
    assert.deepEqual([at(600_000), at(602_000)], [1, 0]);
    const quiet = storeOf([{ labels: { __name__: "x" }, value: () => 1 }]);
    const elements = (ms: number): unknown => (evaluate(quiet, parseQuery("x"), ms) as { readonly elements: readonly unknown[] }).elements.length;
    assert.deepEqual([elements(600_000 + 299_000), elements(600_000 + 300_000)], [1, 0]);
  });

  it("gives a series over a range, and keeps what it saved", () => {
    const copy = new SeriesStore();
    copy.restore(JSON.parse(JSON.stringify(STORE.save())));
    const ranged = evaluateRange(copy, parseQuery("sum(up)"), 60_000, 180_000, 60_000);
    assert.deepEqual(ranged.map((series) => series.points), [[{ at: 60_000, value: 1 }, { at: 120_000, value: 1 }, { at: 180_000, value: 1 }]]);
    assert.equal(answer("sum by (job) (rate(http_requests_total[5m]))", copy), "job=blog 1; job=shop 12");
  });
});
