import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { awsExecutors } from "../../../src/core/aws/executors.ts";
import { planOperation, wordsOf } from "../../../src/core/command/planOperation.ts";
import { createAwsApi } from "../../../src/services/awsApi.ts";
import { outputFormatOf } from "../../../src/services/awsProfile.ts";
import { createHttpPort } from "../../../src/services/http.ts";
import { API_CASES, API_FILES, startApiServer, writeAwsConfig, type ApiResult } from "../../golden/aws/apiFixture.ts";
import { runTool, toolPorts } from "./toolHarness.ts";

const recorded = JSON.parse(readFileSync(new URL("../../golden/aws/recordedApi.json", import.meta.url), "utf8")) as { readonly tool: string; readonly results: Readonly<Record<string, ApiResult>> };

describe(`aws sts and route53 in process, against what ${recorded.tool} sent and printed`, () => {
  for (const golden of API_CASES) {
    it(golden.name, async () => {
      const expected = recorded.results[golden.name];
      assert.ok(expected !== undefined, "not recorded: run test/golden/aws/recordApi.ts");
      const server = await startApiServer(golden);
      const folder = mkdtempSync(join(tmpdir(), "aws-api-check-"));
      try {
        for (const [name, text] of Object.entries(API_FILES)) writeFileSync(join(folder, name), text);
        const { operation } = planOperation(wordsOf(["aws", ...golden.args]));
        assert.equal(operation.engine, "inProcess");
        const executor = awsExecutors[operation.verb];
        assert.ok(executor !== undefined);
        const awsApi = createAwsApi({ endpoint: server.endpoint, region: "us-east-1", credentials: { accessKeyId: "AKIAGOLDEN", secretAccessKey: "golden-secret" }, http: createHttpPort() });
        if (golden.config !== undefined) writeAwsConfig(folder, golden.config);
        const outputFormat = (): Promise<string | undefined> => outputFormatOf(undefined, { HOME: folder, ...golden.environment });
        const ran = await runTool(executor, operation, toolPorts({ awsApi: { ...awsApi, outputFormat }, cwd: folder }));
        // Python words in its own way why a text is no JSON.
        const plain = (result: ApiResult): ApiResult => ({ ...result, stderr: result.stderr.replace(/Invalid JSON: .*\n/, "Invalid JSON: WHY\n") });
        assert.deepEqual(plain({ ...ran, sent: server.sent }), plain(expected));
      } finally {
        rmSync(folder, { recursive: true });
        server.close();
      }
    });
  }
});
