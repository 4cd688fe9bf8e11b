import assert from "node:assert/strict";
import { readLogLines } from "../../../src/core/run/logLines.ts";
import { shapeOutput } from "../../../src/core/run/outputShape.ts";

const LINES: readonly (readonly [level: string, line: string])[] = [
  ["info", "2026-01-31T02:00:00.000Z  INFO 1 --- [main] c.b.Shop : Started"],
  ["info", "2026-01-31 02:00:01 0 [Note] mariadbd: ready for connections."],
  ["warning", "2026-01-31 02:00:02 0 [Warning] Aborted connection"],
  ["error", "2026-01-31 02:00:03 0 [ERROR] Can't start server"],
  ["error", "ERROR 1 --- [nio-8080-exec-7] c.b.Handler : Unhandled exception"],
  ["error", "\tat com.buildnest.Price.amount(Price.java:12)"],
  ["error", "Caused by: java.lang.NullPointerException"],
  ["none", "2026-01-31T02:00:04Z plain words about an ERRORless day"],
  ["error", '{"level":"error","msg":"x"}'],
  ["warning", "ts=1 level=warn msg=x"],
  ["info", "I0131 02:00:00.000000       1 server.go:1] up"],
  ["error", '10.0.0.1 - - [31/Jan/2026:02:00:00 +0000] "GET /api HTTP/1.1" 503 12 "-" "curl"'],
  ["info", "1:M 31 Jan 2026 02:00:00.000 * Ready to accept connections"],
  ["warning", "1:M 31 Jan 2026 02:00:00.000 # Server initialized"],
];

describe("the shape of an output", () => {
  it("knows how loud a line of a log is, a stack trace being as loud as its cause", () => {
    assert.deepEqual(readLogLines(`${LINES.map(([, line]) => line).join("\n")}\n`)?.map(({ level, text }) => [level, text]), LINES);
  });

  it("makes no log of text that is none", () => {
    const prose = Array.from({ length: 20 }, (_, index) => `line ${index}: everything is fine`).join("\n");
    const describe = ["Name:         mysql-0", "Namespace:    buildnest", "Labels:       app=mysql", "Conditions:", "  Type     Status", "  Ready    True", "Events:", "  Warning  BackOff  back-off", "  Normal   Pulled   pulled"].join("\n");
    for (const text of [prose, describe, "", "2026-01-31T02:00:00Z ERROR short"]) assert.equal(shapeOutput(text), undefined, text);
  });

  it("makes a tree of JSON that does not fit a line's glance, and leaves scalars and colours alone", () => {
    const value = { items: Array.from({ length: 30 }, (_, index) => ({ index })) };
    assert.deepEqual(shapeOutput(`${JSON.stringify(value)}\n`), { kind: "json", value });
    for (const text of ['"UP"\n', '{"status":"UP"}\n', "[".repeat(200), `{${" ".repeat(200)}}`, `\u001B[31m${JSON.stringify(value)}`]) assert.equal(shapeOutput(text), undefined, text);
    assert.equal(shapeOutput("NAME   READY\nweb    1/1\n")?.kind, "table");
  });
});
