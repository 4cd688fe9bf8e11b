import assert from "node:assert/strict";
import { createHash, createHmac, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import * as S3 from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { startS3Server, type S3Server, type S3ServerOptions } from "../../../src/drill/s3/s3Server.ts";
import { ScaledClock } from "../../../src/drill/world/worldClock.ts";

const CREDENTIALS = { accessKeyId: "AKIATEST", secretAccessKey: "secret" };
const WORLD_NOW = Date.parse("2030-05-01T10:00:00Z");
const Bucket = "backups";

function options(overrides: Partial<S3ServerOptions> = {}, rate = 1): S3ServerOptions {
  return {
    clock: new ScaledClock({ realEpochMs: Date.now(), worldEpochMs: WORLD_NOW, rate }), credentials: CREDENTIALS, region: "eu-central-1", latencyMs: 0, bytesPerSecond: 1e12,
    buckets: [{ name: Bucket, createdAt: WORLD_NOW - 1e9, objects: [] }], ...overrides,
  };
}

function connect(endpoint: string, credentials = CREDENTIALS): S3.S3Client {
  return new S3.S3Client({ endpoint, region: "eu-central-1", forcePathStyle: true, credentials, maxAttempts: 1 });
}

function failsWith(name: string, status: number): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof S3.S3ServiceException, String(error));
    assert.deepEqual([error.name, error.$metadata.httpStatusCode], [name, status]);
    return true;
  };
}

/** An address of an object that is signed in its query (AWS Signature Version 4), as the AWS CLI's `presign` makes it. */
function presigned(address: string, at: Date, expiresSeconds: number): string {
  const url = new URL(address);
  const time = at.toISOString().replaceAll(/[-:]|\.\d+/gu, "");
  const scope = [time.slice(0, 8), "eu-central-1", "s3", "aws4_request"];
  const fields = { Algorithm: "AWS4-HMAC-SHA256", Credential: [CREDENTIALS.accessKeyId, ...scope].join("/"), Date: time, Expires: String(expiresSeconds), SignedHeaders: "host" };
  const query = Object.entries(fields).map(([name, value]) => `X-Amz-${name}=${encodeURIComponent(value)}`).join("&");
  const canonical = ["GET", url.pathname, query, `host:${url.host}\n`, "host", "UNSIGNED-PAYLOAD"].join("\n");
  const text = [fields.Algorithm, time, scope.join("/"), createHash("sha256").update(canonical).digest("hex")].join("\n");
  const key = scope.reduce<Buffer>((secret, part) => createHmac("sha256", secret).update(part).digest(), Buffer.from(`AWS4${CREDENTIALS.secretAccessKey}`));
  return `${address}?${query}&X-Amz-Signature=${createHmac("sha256", key).update(text).digest("hex")}`;
}

describe("the world's S3 endpoint", () => {
  let server: S3Server;
  let client: S3.S3Client;
  beforeEach(async () => {
    server = await startS3Server(options());
    client = connect(server.endpoint);
  });
  afterEach(async () => {
    client.destroy();
    await server.close();
  });
  const put = (Key: string, Body: string, more: Partial<S3.PutObjectCommandInput> = {}): Promise<S3.PutObjectCommandOutput> => client.send(new S3.PutObjectCommand({ Bucket, Key, Body, ...more }));
  const text = async (Key: string, more: Partial<S3.GetObjectCommandInput> = {}): Promise<string | undefined> => (await client.send(new S3.GetObjectCommand({ Bucket, Key, ...more }))).Body?.transformToString();

  it("gives back what was put, with type, metadata, checksum and world time", async () => {
    await put("a/1.txt", "hello", { ContentType: "text/plain", Metadata: { run: "7" } });
    const head = await client.send(new S3.HeadObjectCommand({ Bucket, Key: "a/1.txt", ChecksumMode: "ENABLED" }));
    assert.deepEqual([head.ContentLength, head.ContentType, head.Metadata, head.ChecksumCRC32, head.ETag], [5, "text/plain", { run: "7" }, "NhCmhg==", '"5d41402abc4b2a76b9719d911017c592"']);
    assert.equal(head.LastModified?.getUTCFullYear(), 2030);
    assert.equal(await text("a/1.txt"), "hello");
  });

  it("takes chunked streams with trailers and parts of large objects, byte for byte", async () => {
    const bytes = randomBytes(12 << 20);
    await client.send(new S3.PutObjectCommand({ Bucket, Key: "stream", Body: Readable.from([bytes.subarray(0, 300_000)]), ContentLength: 300_000 }));
    await new Upload({ client, params: { Bucket, Key: "big", Body: Readable.from([bytes]) }, partSize: 5 << 20 }).done();
    const read = async (Key: string): Promise<Buffer> => Buffer.from((await (await client.send(new S3.GetObjectCommand({ Bucket, Key }))).Body?.transformToByteArray()) ?? []);
    assert.ok((await read("stream")).equals(bytes.subarray(0, 300_000)));
    assert.ok((await read("big")).equals(bytes));
    assert.match((await client.send(new S3.HeadObjectCommand({ Bucket, Key: "big" }))).ETag ?? "", /-3"$/);
  });

  it("makes, finds and lists buckets", async () => {
    await client.send(new S3.CreateBucketCommand({ Bucket: "made-here" }));
    await client.send(new S3.HeadBucketCommand({ Bucket: "made-here" }));
    assert.deepEqual((await client.send(new S3.ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name).toSorted(), [Bucket, "made-here"]);
    await assert.rejects(client.send(new S3.HeadBucketCommand({ Bucket: "never-made" })), failsWith("NotFound", 404));
  });

  it("keeps the checksum that was sent", async () => {
    await put("sha", "x", { ChecksumAlgorithm: "SHA256" });
    assert.equal((await client.send(new S3.HeadObjectCommand({ Bucket, Key: "sha", ChecksumMode: "ENABLED" }))).ChecksumSHA256, createHash("sha256").update("x").digest("base64"));
  });

  it("lists uploads that are not complete, and gives them up", async () => {
    const { UploadId } = await client.send(new S3.CreateMultipartUploadCommand({ Bucket, Key: "half" }));
    const open = async (): Promise<readonly (string | undefined)[]> => ((await client.send(new S3.ListMultipartUploadsCommand({ Bucket }))).Uploads ?? []).map(({ Key }) => Key);
    assert.deepEqual(await open(), ["half"]);
    await client.send(new S3.AbortMultipartUploadCommand({ Bucket, Key: "half", UploadId }));
    assert.deepEqual(await open(), []);
  });

  it("keeps a bucket's lifecycle rules", async () => {
    const Rules: S3.LifecycleRule[] = [{ ID: "r", Status: "Enabled", Filter: { Prefix: "tmp/" }, Expiration: { Days: 3 } }];
    await client.send(new S3.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
    assert.deepEqual((await client.send(new S3.GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules, Rules);
  });

  it("gives an object to whoever has a presigned address, until it expires or is changed", async () => {
    await put("a/1.txt", "hello");
    const signed = (expiresIn: number): string => presigned(`${server.endpoint}/${Bucket}/a/1.txt`, new Date(), expiresIn);
    const answer = await fetch(signed(60));
    assert.deepEqual([answer.status, await answer.text()], [200, "hello"]);
    assert.equal((await fetch(signed(60).replace(/Signature=./u, "Signature=g"))).status, 403);
    assert.equal((await fetch(signed(-1))).status, 403);
  });

  it("answers ranges, and refuses one beyond the end", async () => {
    await put("r", "hello");
    const part = await client.send(new S3.GetObjectCommand({ Bucket, Key: "r", Range: "bytes=1-3" }));
    assert.deepEqual([await part.Body?.transformToString(), part.ContentRange], ["ell", "bytes 1-3/5"]);
    assert.equal(await text("r", { Range: "bytes=-2" }), "lo");
    await assert.rejects(text("r", { Range: "bytes=10-20" }), failsWith("InvalidRange", 416));
  });

  it("refuses a body that is not what its digest says, and keeps nothing of it", async () => {
    const other = (algorithm: string): string => createHash(algorithm).update("other").digest("base64");
    await assert.rejects(put("bad", "hello", { ChecksumSHA256: other("sha256") }), failsWith("BadDigest", 400));
    await assert.rejects(put("bad", "hello", { ContentMD5: other("md5") }), failsWith("BadDigest", 400));
    await assert.rejects(text("bad"), failsWith("NoSuchKey", 404));
  });

  it("pages through keys in byte order and rolls prefixes up", async () => {
    for (const key of ["p/b/1", "p/b/2", "p/B", "p/é", "p/a", "q"]) await put(key, "x");
    const flat = await client.send(new S3.ListObjectsV2Command({ Bucket, Prefix: "p/" }));
    assert.deepEqual(flat.Contents?.map((entry) => entry.Key), ["p/B", "p/a", "p/b/1", "p/b/2", "p/é"]);
    const seen: (string | undefined)[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await client.send(new S3.ListObjectsV2Command({ Bucket, Prefix: "p/", Delimiter: "/", MaxKeys: 2, ContinuationToken }));
      seen.push(...(page.Contents ?? []).map((entry) => entry.Key), ...(page.CommonPrefixes ?? []).map((entry) => entry.Prefix));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    // Pages of two: [p/B, p/a], then [p/b/, p/é] with keys told before prefixes.
    assert.deepEqual(seen, ["p/B", "p/a", "p/é", "p/b/"]);
    const v1 = await client.send(new S3.ListObjectsCommand({ Bucket, MaxKeys: 4, Delimiter: "/" }));
    assert.deepEqual([v1.CommonPrefixes?.[0]?.Prefix, v1.Contents?.[0]?.Key], ["p/", "q"]);
  });

  it("keeps strange keys as they are", async () => {
    const key = "dir é/ü +&=?#%41<>\"'.txt";
    await put(key, "u");
    assert.equal((await client.send(new S3.ListObjectsV2Command({ Bucket, EncodingType: "url" }))).KeyCount, 1);
    assert.equal((await client.send(new S3.ListObjectsV2Command({ Bucket }))).Contents?.[0]?.Key, key);
    assert.equal(await text(key), "u");
  });

  it("copies with metadata, tags, and deletes many at once", async () => {
    await put("a", "x", { Metadata: { run: "7" }, Tagging: "k=v" });
    await client.send(new S3.CopyObjectCommand({ Bucket, Key: "b", CopySource: `${Bucket}/a` }));
    assert.deepEqual((await client.send(new S3.HeadObjectCommand({ Bucket, Key: "b" }))).Metadata, { run: "7" });
    assert.deepEqual((await client.send(new S3.GetObjectTaggingCommand({ Bucket, Key: "b" }))).TagSet, [{ Key: "k", Value: "v" }]);
    const deleted = await client.send(new S3.DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "a" }, { Key: "missing" }] } }));
    assert.equal(deleted.Deleted?.length, 2);
    await assert.rejects(text("a"), failsWith("NoSuchKey", 404));
  });

  it("honours conditions", async () => {
    await put("c", "x");
    await assert.rejects(put("c", "y", { IfNoneMatch: "*" }), failsWith("PreconditionFailed", 412));
    await assert.rejects(text("c", { IfMatch: '"x"' }), failsWith("PreconditionFailed", 412));
    await assert.rejects(text("c", { IfNoneMatch: '"9dd4e461268c8034f5c8564e155c67a6"' }), (error: unknown) => error instanceof S3.S3ServiceException && error.$metadata.httpStatusCode === 304);
  });

  it("keeps versions where that is switched on, and undeletes", async () => {
    await client.send(new S3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
    const one = await put("v", "one");
    await put("v", "two");
    const marker = await client.send(new S3.DeleteObjectCommand({ Bucket, Key: "v" }));
    await assert.rejects(text("v"), failsWith("NoSuchKey", 404));
    assert.equal(await text("v", { VersionId: one.VersionId }), "one");
    const listed = await client.send(new S3.ListObjectVersionsCommand({ Bucket, Prefix: "v" }));
    assert.deepEqual([listed.Versions?.length, listed.DeleteMarkers?.length], [2, 1]);
    await client.send(new S3.DeleteObjectCommand({ Bucket, Key: "v", VersionId: marker.VersionId }));
    assert.equal(await text("v"), "two");
  });

  it("says what is missing", async () => {
    await assert.rejects(text("nope"), failsWith("NoSuchKey", 404));
    await assert.rejects(client.send(new S3.HeadObjectCommand({ Bucket, Key: "nope" })), failsWith("NotFound", 404));
    await assert.rejects(client.send(new S3.ListObjectsV2Command({ Bucket: "no-such-bucket" })), failsWith("NoSuchBucket", 404));
    await assert.rejects(client.send(new S3.GetBucketPolicyCommand({ Bucket })), failsWith("NotImplemented", 501));
  });

  it("lets nobody in without the world's key, signed right", async () => {
    const list = (credentials: typeof CREDENTIALS): Promise<unknown> => connect(server.endpoint, credentials).send(new S3.ListBucketsCommand({}));
    await assert.rejects(list({ ...CREDENTIALS, secretAccessKey: "wrong" }), failsWith("SignatureDoesNotMatch", 403));
    await assert.rejects(list({ ...CREDENTIALS, accessKeyId: "AKNOBODY" }), failsWith("InvalidAccessKeyId", 403));
    assert.equal((await fetch(`${server.endpoint}/${Bucket}`)).status, 403);
  });

  it("comes back from a snapshot with uploads, versions and files of the world", async () => {
    const folder = mkdtempSync(join(tmpdir(), "s3-world-"));
    const path = join(folder, "dump.sql");
    writeFileSync(path, "-- from a file\n");
    await server.close();
    const withFile = options({ buckets: [{ name: Bucket, createdAt: WORLD_NOW, objects: [{ key: "dump.sql", content: { kind: "file", path }, modifiedAt: WORLD_NOW - 3_600_000 }] }] });
    server = await startS3Server(withFile);
    client = connect(server.endpoint);
    await put("up", "uploaded", { Metadata: { a: "1" } });
    const state: unknown = JSON.parse(JSON.stringify(server.snapshot()));
    await server.close();
    server = await startS3Server({ ...withFile, state: state as ReturnType<S3Server["snapshot"]> });
    client = connect(server.endpoint);
    assert.deepEqual([await text("dump.sql"), await text("up")], ["-- from a file\n", "uploaded"]);
    assert.equal((await client.send(new S3.HeadObjectCommand({ Bucket, Key: "dump.sql" }))).LastModified?.getTime(), WORLD_NOW - 3_600_000);
    rmSync(folder, { recursive: true });
  });

  it("takes world time for its bytes", async () => {
    await server.close();
    const object = { key: "k", content: { kind: "bytes", bytes: Buffer.alloc(1_000_000) }, modifiedAt: WORLD_NOW } as const;
    // 1 MB at 100 kB/s is 10 s of world time, a tenth of a second here.
    server = await startS3Server(options({ bytesPerSecond: 100_000, buckets: [{ name: Bucket, createdAt: WORLD_NOW, objects: [object] }] }, 100));
    client = connect(server.endpoint);
    const began = performance.now();
    await text("k");
    const took = performance.now() - began;
    assert.ok(took > 80 && took < 1000, `${took} ms`);
  });
});
