import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface CurlCase {
  readonly name: string;
  /** `{base}` is the server's address, `{port}` its port. */
  readonly args: readonly string[];
  readonly stdin?: string;
}

export interface CurlResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly files: Readonly<Record<string, string>>;
}

export const LOCAL_FILES: Readonly<Record<string, string>> = { "body.json": '{"a": 1,\n "b": 2}\n' };

/** Echoes what it got; `/status/N` answers N, `/redirect` and `/loop` redirect, `/cut` ends in the middle, `/slow` never answers. */
export async function startEchoServer(): Promise<{ readonly base: string; close(): void }> {
  const server = createServer((request, response) => {
    const url = request.url ?? "/";
    const status = Number(/^\/status\/(\d+)/.exec(url)?.[1] ?? 200);
    response.sendDate = false;
    if (url.startsWith("/redirect")) return void response.writeHead(302, { location: "/landed?x=1", "content-length": "5" }).end("moved");
    if (url.startsWith("/loop")) return void response.writeHead(301, { location: "/loop", "content-length": "0" }).end();
    if (url.startsWith("/slow")) return;
    if (url.startsWith("/cut")) {
      response.writeHead(200, { "content-length": "100" });
      return void response.write("half", () => response.destroy());
    }
    if (url.startsWith("/empty")) return void response.destroy();
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { host: _host, "user-agent": _agent, connection: _connection, ...headers } = request.headers;
      const sorted = Object.fromEntries(Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1)));
      const body = `${JSON.stringify({ method: request.method, url, headers: sorted, body: Buffer.concat(chunks).toString() })}\n`;
      response.writeHead(status, { "Content-Type": "application/json", "Content-Length": String(Buffer.byteLength(body)), "X-Order": "1", Connection: "close" });
      response.end(request.method === "HEAD" ? undefined : body);
    });
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Takes out what differs from run to run, and the version of the library that a curl was built with. */
export function normalise(text: string, base: string): string {
  return text.replaceAll(/\(35\) OpenSSL\/[\w.]+: /g, "(35) ").replaceAll(base, "http://127.0.0.1:PORT").replaceAll(/port \d+ after \d+ ms/g, "port N after N ms").replaceAll(/after \d+ milliseconds/g, "after N milliseconds");
}

export const CASES: readonly CurlCase[] = [
  { name: "get", args: ["{base}/health"] },
  { name: "bundled-flags", args: ["-sSfL", "{base}/redirect"] },
  { name: "redirect-not-followed", args: ["-s", "{base}/redirect"] },
  { name: "redirect-post", args: ["-sL", "-d", "a=1", "{base}/redirect"] },
  { name: "redirect-url", args: ["-s", "-o", "/dev/null", "-w", "%{http_code} %{redirect_url} %{num_redirects}\\n", "{base}/redirect"] },
  { name: "redirect-loop", args: ["-sSL", "{base}/loop"] },
  { name: "redirect-limit", args: ["-sSL", "--max-redirs", "3", "{base}/loop"] },
  { name: "post-json", args: ["-s", "-X", "POST", "{base}/orders", "-H", "Content-Type: application/json", "-d", '{"items":[{"productId":1}]}'] },
  { name: "post-joined", args: ["-s", "{base}/f", "-d", "a=1", "--data-raw", "@b", "--data-urlencode", "q=a b&c"] },
  { name: "post-file", args: ["-s", "{base}/f", "-d", "@body.json"] },
  { name: "post-binary", args: ["-s", "{base}/f", "--data-binary", "@body.json"] },
  { name: "post-stdin", args: ["-s", "{base}/f", "-d", "@-"], stdin: "x=1\ny=2\n" },
  { name: "json", args: ["-s", "--json", '{"a":1}', "{base}/f"] },
  { name: "get-query", args: ["-s", "-G", "{base}/q", "--data-urlencode", 'query=up{job="a"}', "-d", "t=1"] },
  { name: "attached-values", args: ["-s", "-XPUT", "-HX-A: 1", "-da=b", "{base}/f"] },
  { name: "header-removed", args: ["-s", "-H", "Accept:", "-H", "X-Empty;", "{base}/f"] },
  { name: "user", args: ["-s", "-u", "me:secret", "-e", "http://from", "-b", "a=1", "{base}/f"] },
  { name: "include", args: ["-si", "{base}/f"] },
  { name: "head", args: ["-sI", "{base}/f"] },
  { name: "fail", args: ["-sSf", "{base}/status/503"] },
  { name: "fail-silent", args: ["-sf", "{base}/status/404"] },
  { name: "fail-with-body", args: ["-sS", "--fail-with-body", "{base}/status/500"] },
  { name: "status-without-fail", args: ["-s", "{base}/status/503"] },
  { name: "write-out", args: ["-s", "-o", "out.txt", "-w", "%{http_code}\\t%{size_download} %{content_type} 100%%\\n", "{base}/f"] },
  { name: "write-out-unknown", args: ["-s", "-w", "%{nope}|\\n", "{base}/f"] },
  { name: "write-out-failed", args: ["-sSf", "-w", "%{http_code} %{exitcode} %{errormsg}\\n", "{base}/status/500"] },
  { name: "refused", args: ["-sS", "http://127.0.0.1:1/"] },
  { name: "refused-code", args: ["-s", "-o", "/dev/null", "-w", "%{http_code}\\n", "http://127.0.0.1:1/"] },
  { name: "no-such-host", args: ["-sS", "http://nowhere.invalid/"] },
  { name: "resolve", args: ["-s", "--resolve", "api.example.com:{port}:127.0.0.1", "http://api.example.com:{port}/health"] },
  { name: "max-time", args: ["-sS", "--max-time", "0.3", "{base}/slow"] },
  { name: "cut", args: ["-sS", "{base}/cut"] },
  { name: "empty-reply", args: ["-sS", "{base}/empty"] },
  { name: "bad-range", args: ["-sS", 'http://prometheus:9090/api/v1/query?query=rate(x{status=~"5.."}[5m])'] },
  { name: "unmatched-brace", args: ["-sS", "{base}/{a"] },
  { name: "unmatched-close", args: ["-sS", "{base}/a}"] },
  { name: "malformed", args: ["-sS", "http://a b/"] },
  { name: "protocol", args: ["-sS", "gone://x/"] },
  { name: "missing-value", args: ["-sS", "-X"] },
  { name: "unknown-option", args: ["-sS", "--nope", "{base}/f"] },
  { name: "attached-long-value", args: ["-sS", "--request=POST", "{base}/f"] },
  { name: "authorities-missing", args: ["-sS", "--cacert", "nowhere.pem", "https://127.0.0.1:{port}/"] },
  { name: "authorities-wrong", args: ["-sS", "--cacert", "body.json", "https://127.0.0.1:{port}/"] },
  { name: "no-tls-there", args: ["-sS", "https://127.0.0.1:{port}/"] },
  { name: "authorities-unused", args: ["-sS", "--cacert", "nowhere.pem", "{base}/f"] },
  { name: "authorities-refused", args: ["-sS", "--cacert", "nowhere.pem", "https://127.0.0.1:1/"] },
  { name: "retry", args: ["-sS", "--retry", "1", "--retry-delay", "1", "{base}/status/503"] },
  { name: "retry-noticed", args: ["--no-progress-meter", "--retry", "1", "--retry-delay", "1", "-o", "out.txt", "{base}/status/503"] },
  { name: "retry-refused", args: ["-sS", "--retry", "1", "--retry-delay", "1", "--retry-connrefused", "http://127.0.0.1:1/"] },
];
