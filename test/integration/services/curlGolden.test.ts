import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { curlExecutor } from "../../../src/core/curl/curl.ts";
import { CASES, LOCAL_FILES, normalise, startEchoServer, type CurlResult } from "../../golden/curl/fixture.ts";
import { operation, runTool, toolPorts } from "../s3/toolHarness.ts";

const recorded = JSON.parse(readFileSync(new URL("../../golden/curl/recorded.json", import.meta.url), "utf8")) as { readonly tool: string; readonly results: Readonly<Record<string, CurlResult>> };

describe(`curl in process, against what ${recorded.tool} printed`, () => {
  let server: Awaited<ReturnType<typeof startEchoServer>>;
  before(async () => {
    server = await startEchoServer();
  });
  after(() => server.close());

  for (const { name, args, stdin } of CASES) {
    it(name, async () => {
      const expected = recorded.results[name];
      assert.ok(expected !== undefined, "not recorded: run test/golden/curl/record.ts");
      const folder = mkdtempSync(join(tmpdir(), "curl-check-"));
      try {
        for (const [path, text] of Object.entries(LOCAL_FILES)) writeFileSync(join(folder, path), text);
        const words = args.map((word) => word.replaceAll("{base}", server.base).replaceAll("{port}", new URL(server.base).port));
        const { exitCode, stdout, stderr } = await runTool(curlExecutor, operation("curl", "", ["curl", ...words]), toolPorts({ cwd: folder }), stdin ?? "");
        const files = Object.fromEntries(readdirSync(folder).sort().map((file) => [file, normalise(readFileSync(join(folder, file), "utf8"), server.base)]));
        assert.deepEqual({ exitCode, stdout: normalise(stdout, server.base), stderr: normalise(stderr, server.base), files }, expected);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});
