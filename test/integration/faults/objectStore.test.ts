import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { awsExecutors } from "../../../src/core/aws/executors.ts";
import { planOperation, wordsOf } from "../../../src/core/command/planOperation.ts";
import { createFilePort } from "../../../src/services/files.ts";
import { createObjectStore } from "../../../src/services/s3.ts";
import { bytes, runTool, toolPorts } from "../s3/toolHarness.ts";
import { type Answer, ok, type ScriptedServer, startScriptedServer, status } from "./scriptedServer.ts";

const CREDENTIALS = { accessKeyId: "AKIATEST", secretAccessKey: "secret" };
const XML = { "content-type": "application/xml" };
const refusal = (code: string, message: string): string => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
const slowDown = status(503, XML, refusal("SlowDown", "Please reduce your request rate."));
const failing = status(500, XML, refusal("InternalError", "We encountered an internal error."));
const head: Answer = (response) => response.writeHead(200, { "content-length": "5", "last-modified": "Sat, 31 Jan 2026 02:00:00 GMT" }).end();
const object = ok("hello", { "content-length": "5" });
const list = (key: string, next = ""): Answer =>
  ok(`<ListBucketResult><IsTruncated>${String(next !== "")}</IsTruncated>${next === "" ? "" : `<NextContinuationToken>${next}</NextContinuationToken>`}<Contents><Key>${key}</Key><LastModified>2026-01-31T02:00:00.000Z</LastModified><Size>5</Size></Contents></ListBucketResult>`, XML);
const cutShort: Answer = (response) => {
  response.writeHead(200, { "content-length": "5" });
  response.write("hel", () => response.socket?.destroy());
};
const OVER = (operation: string): string => `An error occurred (SlowDown) when calling the ${operation} operation (reached max retries: 2): Please reduce your request rate.`;

describe("an object store that misbehaves", function () {
  this.timeout(30_000);
  let folder: string;
  let server: ScriptedServer;
  before(async () => {
    server = await startScriptedServer();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "faulty-s3-"));
    writeFileSync(join(folder, "dump"), "hello");
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  after(async () => await server.close());

  /** Runs an `aws s3` command; what it came to, and the requests that it took. */
  async function aws(words: string, input?: AsyncGenerator<Uint8Array>): Promise<{ readonly came: string; readonly stdout: string; readonly asked: readonly string[] }> {
    const store = createObjectStore({ endpoint: server.address, region: "eu-central-1", credentials: CREDENTIALS, stallMs: 2000 });
    const { operation } = planOperation(wordsOf(["aws", "s3", ...words.split(" ")]));
    const executor = awsExecutors[operation.verb];
    assert.ok(executor !== undefined);
    const ran = await runTool(executor, operation, toolPorts({ store, cwd: folder, files: createFilePort({ cwd: folder }) }), input).then(
      ({ exitCode, stdout, stderr }) => ({ came: exitCode === 0 ? "done" : `exit ${exitCode}: ${stderr.trim()}`, stdout }),
      (error: Error & { code?: string }) => ({ came: `${error.code}: ${error.message}`, stdout: "" }),
    );
    return { ...ran, asked: server.asked.map(({ method }) => method) };
  }

  const FAULTS: readonly (readonly [fault: string, words: string, answers: readonly Answer[], came: string | RegExp, asked: string])[] = [
    ["a GET that is to slow down, then well", "cp s3://b/k -", [head, slowDown, slowDown, object], "done", "HEAD GET GET GET"],
    ["a GET that fails, then well", "cp s3://b/k got", [head, failing, object], "done", "HEAD GET GET"],
    ["a GET that is to slow down for good", "cp s3://b/k -", [head, slowDown], `exit 1: download failed: s3://b/k to - ${OVER("GetObject")}`, "HEAD GET GET GET"],
    ["a HEAD that fails for good", "cp s3://b/k got", [status(503)], "exit 1: fatal error: An error occurred (503) when calling the HeadObject operation (reached max retries: 2): Service Unavailable", "HEAD HEAD HEAD"],
    ["a body that is cut short", "cp s3://b/k got", [head, cutShort], /^connectionLost: Calling GetObject .*; [03] of 5 bytes had come$/, "HEAD GET"],
    ["a LIST that is to slow down, then well", "ls s3://b/", [slowDown, list("k")], "done", "GET GET"],
    ["a LIST that is to slow down for good", "ls s3://b/", [slowDown], OVER("ListObjectsV2"), "GET GET GET"],
    ["the second page of a LIST refused for good", "ls s3://b/", [list("k", "2"), slowDown], OVER("ListObjectsV2"), "GET GET GET GET"],
    ["a PUT that is to slow down, then well", "cp dump s3://b/k", [slowDown, ok("")], "done", "PUT PUT"],
    ["a PUT that fails for good", "cp dump s3://b/k", [failing], "exit 1: upload failed: ./dump to s3://b/k An error occurred (InternalError) when calling the PutObject operation (reached max retries: 2): We encountered an internal error.", "PUT PUT PUT"],
  ];
  for (const [fault, words, answers, came, asked] of FAULTS) {
    it(`${fault}: ${words}`, async () => {
      server.script(...answers);
      const ran = await aws(words);
      if (typeof came === "string") assert.ok(ran.came === came || ran.came.endsWith(came), ran.came);
      else assert.match(ran.came, came);
      assert.equal(ran.asked.join(" "), asked);
      const isWhole = ran.came === "done" && words.endsWith(" got");
      assert.deepEqual(readdirSync(folder), isWhole ? ["dump", "got"] : ["dump"], "half a download is no file");
      if (isWhole) assert.equal(readFileSync(join(folder, "got"), "utf8"), "hello");
      if (ran.came !== "done") assert.doesNotMatch(ran.stdout, /^(upload|download): /, "what failed is not told as done");
    });
  }

  describe("an upload in parts", () => {
    const created = ok("<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>", XML);
    const part: Answer = (response) => response.writeHead(200, { etag: '"e"' }).end();
    const whole = ok("<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>", XML);
    /** Answers by what is asked; parts come two at a time, in any order. */
    const scriptBy = (answers: { readonly part: () => Answer; readonly complete: Answer }): void =>
      server.script((response, asked) => {
        const answer = asked.method === "DELETE" ? status(204) : asked.method === "PUT" ? answers.part() : asked.path.includes("uploadId") ? answers.complete : created;
        answer(response, asked);
      });
    const body = (): AsyncGenerator<Uint8Array> => bytes(...Array.from({ length: 12 }, () => new Uint8Array(1 << 20)));

    it("goes on when a part is refused once", async () => {
      let parts = 0;
      scriptBy({ part: () => ((parts += 1) === 2 ? slowDown : part), complete: whole });
      const { came, asked } = await aws("cp - s3://b/k", body());
      assert.deepEqual([came, asked.filter((method) => method === "PUT").length], ["done", 4]);
    });

    it("is given up and taken back when a part is refused for good", async () => {
      let parts = 0;
      scriptBy({ part: () => ((parts += 1) === 1 ? part : slowDown), complete: whole });
      const { came, asked } = await aws("cp - s3://b/k", body());
      assert.match(came, /^exit 1: upload failed: - to s3:\/\/b\/k An error occurred \(SlowDown\) .*reached max retries: 2/);
      assert.equal(asked.filter((method) => method === "POST").length, 1, "it was not completed");
      assert.equal(asked.at(-1), "DELETE");
    });

    it("is not done when the last answer is an error under the status 200", async () => {
      scriptBy({ part: () => part, complete: ok(refusal("InternalError", "We encountered an internal error."), XML) });
      const { came } = await aws("cp - s3://b/k", body());
      assert.match(came, /^exit 1: upload failed: - to s3:\/\/b\/k An error occurred \(InternalError\)/);
    });
  });
});
