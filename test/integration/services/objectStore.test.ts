import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ByteStream } from "../../../src/core/ports.ts";
import { RuntimeError } from "../../../src/core/runtimeError.ts";
import type { S3Server } from "../../../src/drill/s3/s3Server.ts";
import { createObjectStore } from "../../../src/services/s3.ts";
import { CREDENTIALS, REGION, startGoldenServer } from "../../golden/aws/fixture.ts";
import { bytes } from "../s3/toolHarness.ts";

const never = new AbortController().signal;

async function collect(stream: ByteStream): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe("the object store", () => {
  let server: S3Server;
  before(async () => {
    server = await startGoldenServer();
  });
  after(() => server.close());
  const store = (): ReturnType<typeof createObjectStore> => createObjectStore({ endpoint: server.endpoint, region: REGION, credentials: CREDENTIALS });

  it("uploads a stream of unknown length in parts and downloads it again", async () => {
    const piece = Buffer.alloc(1 << 20, "abcdefg");
    await store().put("empty", "dump.gz", bytes(...Array.from({ length: 7 }, () => piece)), never);
    const found = await store().get("empty", "dump.gz", never);
    assert.equal(found.size, 7 << 20);
    assert.ok((await collect(found.body)).equals(Buffer.concat(Array.from({ length: 7 }, () => piece))));
  });

  it("words the service's refusals as botocore does", async () => {
    const told = async (action: Promise<unknown>): Promise<string> => action.then(() => "no error", (error: unknown) => (error instanceof RuntimeError ? `${error.code}: ${error.message}` : String(error)));
    assert.equal(await told(store().head("shop-backups", "nope", never)), "awsError: An error occurred (404) when calling the HeadObject operation: Not Found");
    assert.equal(await told(store().list({ bucket: "none-such", prefix: "", delimiter: undefined, token: undefined }, never)), "awsError: An error occurred (NoSuchBucket) when calling the ListObjectsV2 operation: The specified bucket does not exist");
    assert.equal(await told(store().put("none-such", "k", bytes("x"), never)), "awsError: An error occurred (NoSuchBucket) when calling the PutObject operation: The specified bucket does not exist");
  });

  it("says unreachable where nothing listens, and gives an abort's own reason back", async () => {
    const nowhere = createObjectStore({ endpoint: "http://127.0.0.1:1", region: REGION, credentials: CREDENTIALS });
    await assert.rejects(nowhere.listBuckets(never), (error: unknown) => error instanceof RuntimeError && error.code === "unreachable");
    const reason = new Error("the person stopped it");
    await assert.rejects(store().listBuckets(AbortSignal.abort(reason)), reason);
  });

  it("ends a transfer that has stalled, and one that was cut", async () => {
    let isCut = false;
    const stalling = createServer((_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => isCut && response.destroy());
    });
    await new Promise<void>((resolve) => stalling.listen(0, "127.0.0.1", resolve));
    const slow = createObjectStore({ endpoint: `http://127.0.0.1:${(stalling.address() as AddressInfo).port}`, region: REGION, credentials: CREDENTIALS, stallMs: 200 });
    const code = async (): Promise<string> => slow.get("b", "k", never).then(({ body }) => collect(body)).then(() => "whole", (error: unknown) => (error instanceof RuntimeError ? error.code : String(error)));
    assert.equal(await code(), "timedOut");
    isCut = true;
    assert.equal(await code(), "connectionLost");
    stalling.closeAllConnections();
    stalling.close();
  });

  it("reads neither environment nor shared files when everything is given", async () => {
    const home = mkdtempSync(join(tmpdir(), "planted-"));
    mkdirSync(join(home, ".aws"));
    writeFileSync(join(home, ".aws", "config"), "[default]\nregion = mars-1\nendpoint_url = http://127.0.0.1:1\n");
    writeFileSync(join(home, ".aws", "credentials"), "[default]\naws_access_key_id = AKIAPLANTED\naws_secret_access_key = planted\n");
    const script = `
      import fs from "node:fs"; import { syncBuiltinESMExports } from "node:module";
      const touched = [];
      for (const holder of [fs, fs.promises]) for (const name of ["readFile", "readFileSync", "open", "openSync", "createReadStream", "stat", "access"]) {
        const original = holder[name]; if (original === undefined) continue;
        holder[name] = function (path, ...rest) { if (String(path).includes(".aws")) touched.push(name + " " + path); return original.call(this, path, ...rest); };
      }
      syncBuiltinESMExports();
      const { createObjectStore } = await import(${JSON.stringify(new URL("../../../src/services/s3.ts", import.meta.url).href)});
      const store = createObjectStore(${JSON.stringify({ endpoint: server.endpoint, region: REGION, credentials: CREDENTIALS })});
      const signal = new AbortController().signal;
      const buckets = await store.listBuckets(signal);
      async function* body() { yield Buffer.from("x"); }
      await store.put("empty", "planted", body(), signal);
      console.log(JSON.stringify({ touched, buckets: buckets.length }));
      process.exit(0);`;
    const environment = { PATH: process.env["PATH"], HOME: home, AWS_ACCESS_KEY_ID: "AKIAENV", AWS_SECRET_ACCESS_KEY: "env", AWS_SESSION_TOKEN: "env", AWS_REGION: "mars-2", AWS_ENDPOINT_URL: "http://127.0.0.1:1", AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1", AWS_PROFILE: "default" };
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], { env: environment });
    assert.deepEqual(JSON.parse(stdout), { touched: [], buckets: 3 });
    rmSync(home, { recursive: true });
  }).timeout(30_000);
});
