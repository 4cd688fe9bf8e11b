import assert from "node:assert/strict";
import { curlExecutor } from "../../../src/core/curl/curl.ts";
import { planOperation, wordsOf } from "../../../src/core/command/planOperation.ts";
import { readCurlCall } from "../../../src/core/curl/options.ts";
import { formatWriteOut, type TransferFacts } from "../../../src/core/curl/writeOut.ts";
import type { ClockPort, HttpPort, HttpRequest } from "../../../src/core/ports.ts";
import { RuntimeError } from "../../../src/core/runtimeError.ts";
import { bytes, operation, runTool, toolPorts } from "../../integration/s3/toolHarness.ts";

/** Answers each request with the next status; keeps what it was asked. */
function fakeHttp(...statuses: readonly number[]): HttpPort & { readonly asked: HttpRequest[] } {
  const asked: HttpRequest[] = [];
  return {
    asked,
    request: (request) => {
      asked.push(request);
      return Promise.resolve({ status: statuses[asked.length - 1] ?? 200, httpVersion: "1.1", reason: "", headers: [], body: bytes("body") });
    },
  };
}

const curl = (http: HttpPort, words: readonly string[], onHttpStatus?: (status: number) => void): ReturnType<typeof runTool> =>
  runTool(curlExecutor, operation("curl", "", ["curl", ...words]), toolPorts({ http, ...(onHttpStatus === undefined ? {} : { onHttpStatus }) }));

describe("curl's words", () => {
  it("reads bundled short options and attached values", () => {
    const read = readCurlCall(["-sSLo", "out", "-XPOST", "-HA: 1", "-H", "B: 2", "http://x", "-d", "a", "--data-raw", "@b"]);
    assert.ok(read.kind === "call");
    assert.deepEqual([read.call.has("silent"), read.call.has("location"), read.call.value("output"), read.call.value("request")], [true, true, "out", "POST"]);
    assert.deepEqual(read.call.values("header"), ["A: 1", "B: 2"]);
    assert.deepEqual(read.call.data, [{ kind: "data", value: "a" }, { kind: "data-raw", value: "@b" }]);
    assert.deepEqual(read.call.urls, ["http://x"]);
  });

  it("leaves to the binary what it does not carry out", () => {
    for (const words of [["-sv", "http://x"], ["-w", "%{time_connect}", "http://x"], ["http://x/{a,b}"], ["--cert", "c.pem", "https://x"]]) {
      assert.equal(planOperation(wordsOf(["curl", ...words])).operation.engine, "delegated", words.join(" "));
    }
    assert.equal(planOperation(wordsOf(["curl", "--retry", "3", "--cacert", "ca.pem", "--resolve", "x:443:127.0.0.1", "https://x"])).operation.engine, "inProcess");
  });

  it("tells the run each status, the last one last", async () => {
    const seen: number[] = [];
    await curl(fakeHttp(503), ["-s", "http://x/health"], (status) => seen.push(status));
    assert.deepEqual(seen, [503]);
  });

  it("retries passing trouble on the run's clock, doubling the wait", async () => {
    const waits: number[] = [];
    const clock: ClockPort = { now: () => 0, sleep: (ms) => (waits.push(ms), Promise.resolve()) };
    const http = fakeHttp(503, 503, 200);
    const result = await runTool(curlExecutor, operation("curl", "", ["curl", "-sf", "--retry", "3", "http://x"]), { ...toolPorts({ http }), clock });
    assert.deepEqual([result.exitCode, waits, http.asked.length], [0, [1000, 2000], 3]);
  });

  it("does not take the drill's border for a network failure", async () => {
    const http: HttpPort = { request: () => Promise.reject(new RuntimeError("outsideWorld", "not here")) };
    await assert.rejects(curl(http, ["http://example.com"]), (error: unknown) => error instanceof RuntimeError && error.code === "outsideWorld");
  });

  it("keeps credentials from another host on a redirect", async () => {
    const asked: HttpRequest[] = [];
    const http: HttpPort = {
      request: (request) => {
        asked.push(request);
        return Promise.resolve({ status: asked.length === 1 ? 302 : 200, httpVersion: "1.1", reason: "", headers: asked.length === 1 ? [["Location", "http://other/"]] : [], body: bytes("") });
      },
    };
    await curl(http, ["-sL", "-u", "me:secret", "http://x/"]);
    assert.deepEqual(asked.map((request) => request.headers.some(([name]) => name === "Authorization")), [true, false]);
  });
});

describe("curl's -w", () => {
  const facts: TransferFacts = {
    status: 0, totalMs: 1234.5, startMs: 10, downloadedBytes: 3, uploadedBytes: 0, effectiveUrl: "http://x/", contentType: "", httpVersion: "1.1", method: "GET", redirects: 0, redirectUrl: "", exitCode: 7, errorText: "no",
  };
  it("fills variables and escapes in, and names what curl does not know", () => {
    assert.deepEqual(formatWriteOut("%{http_code} %{time_total}s %% \\t%{nope}\\n", facts), { text: "000 1.234500s % \t\n", unknown: ["nope"] });
  });
});
