import { gzipSync } from "node:zlib";
import { HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { WorldClock } from "../../../src/drill/contract.ts";
import { startS3Server, type InitialBucket, type S3Server } from "../../../src/drill/s3/s3Server.ts";

/** What recording and checking share: an endpoint with fixed contents at a fixed time, and the calls made against it. */
export const CREDENTIALS = { accessKeyId: "AKIAGOLDEN", secretAccessKey: "golden-secret" };
export const REGION = "us-east-1";
const NOW = Date.parse("2026-02-01T12:00:00Z");

const stoppedClock: WorldClock = {
  now: () => NOW,
  after: (_ms, action) => {
    const timer = setImmediate(action);
    return () => clearImmediate(timer);
  },
};

function object(key: string, body: Buffer | string, modifiedAt: string): InitialBucket["objects"][number] {
  return { key, content: { kind: "bytes", bytes: Buffer.from(body) }, modifiedAt: Date.parse(modifiedAt) };
}

export function startGoldenServer(): Promise<S3Server> {
  return startS3Server({
    clock: stoppedClock, credentials: CREDENTIALS, region: REGION, latencyMs: 0, bytesPerSecond: 1e12,
    buckets: [
      {
        name: "shop-backups",
        createdAt: Date.parse("2025-06-30T22:15:09Z"),
        objects: [
          object("mysql/shop-2026-01-30-0200.sql.gz", gzipSync("-- dump one\n"), "2026-01-30T02:00:07Z"),
          object("mysql/shop-2026-01-31-0200.sql.gz", gzipSync("-- dump two\n"), "2026-01-31T02:00:09.400Z"),
          object("mysql/weekly/week 05 é.sql", "select 1;\n", "2026-01-25T23:59:59Z"),
          object("readme.txt", "x", "2025-07-01T00:00:00Z"),
          object("sizes/1280", Buffer.alloc(1280), "2025-07-01T00:00:00Z"),
          object("sizes/1048575", Buffer.alloc(1_048_575), "2025-07-01T00:00:00Z"),
          object("sizes/1363149", Buffer.alloc(1_363_149), "2025-07-01T00:00:00Z"),
        ],
      },
      { name: "many", createdAt: Date.parse("2026-01-01T00:00:00Z"), objects: Array.from({ length: 1203 }, (_, index) => object(`log/${String(index).padStart(5, "0")}/entry`, "y", "2026-01-02T03:04:05Z")) },
      { name: "empty", createdAt: Date.parse("2026-01-01T00:00:00Z"), objects: [] },
    ],
  });
}

export interface GoldenCase {
  readonly name: string;
  readonly args: readonly string[];
  /** IANA time zone of the person. */
  readonly zone: string;
  readonly stdin?: string;
  /** Key in `shop-backups` whose headers are compared afterwards. */
  readonly kept?: string;
}

export interface GoldenResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Files below the working folder afterwards, contents in base64. */
  readonly files: Readonly<Record<string, string>>;
  /** How the object of `kept` is kept. */
  readonly kept?: object;
}

/** How the endpoint keeps an object, by the SDK's names. */
export async function keptObject(server: S3Server, key: string): Promise<object> {
  const client = new S3Client({ endpoint: server.endpoint, region: REGION, credentials: CREDENTIALS, forcePathStyle: true });
  try {
    const { ServerSideEncryption, SSEKMSKeyId, StorageClass, ContentType, ContentEncoding, CacheControl } = await client.send(new HeadObjectCommand({ Bucket: "shop-backups", Key: key }));
    return { ServerSideEncryption, SSEKMSKeyId, StorageClass, ContentType, ContentEncoding, CacheControl };
  } finally {
    client.destroy();
  }
}

/** Files that the working folder holds before each case. */
export const LOCAL_FILES: Readonly<Record<string, string>> = {
  "work/local.sql": "insert into t values (1);\n", "work/sub/.keep": "", "work/tree/a.sql": "a\n", "work/tree/b/c.sql": "c\n", "work/tree/b.txt": "b\n", "work/tree/z.log": "z\n",
};

const UTC = "UTC";
export const CASES: readonly GoldenCase[] = [
  { name: "buckets", args: ["s3", "ls"], zone: UTC },
  { name: "prefix", args: ["s3", "ls", "s3://shop-backups/mysql/"], zone: "Asia/Kolkata" },
  { name: "root", args: ["s3", "ls", "shop-backups"], zone: UTC },
  { name: "prefix-without-slash", args: ["s3", "ls", "s3://shop-backups/mysql"], zone: UTC },
  { name: "recursive", args: ["s3", "ls", "s3://shop-backups/mysql/", "--recursive"], zone: "America/New_York" },
  { name: "recursive-summary", args: ["s3", "ls", "s3://shop-backups", "--recursive", "--human-readable", "--summarize"], zone: UTC },
  { name: "summary-of-bytes", args: ["s3", "ls", "s3://shop-backups/sizes/", "--summarize"], zone: UTC },
  { name: "pages", args: ["s3", "ls", "s3://many/log/", "--summarize"], zone: UTC },
  { name: "pages-recursive", args: ["s3", "ls", "s3://many", "--recursive"], zone: UTC },
  { name: "nothing-under-prefix", args: ["s3", "ls", "s3://shop-backups/postgres/"], zone: UTC },
  { name: "nothing-under-prefix-summary", args: ["s3", "ls", "s3://shop-backups/postgres/", "--summarize"], zone: UTC },
  { name: "empty-bucket", args: ["s3", "ls", "s3://empty"], zone: UTC },
  { name: "no-such-bucket", args: ["s3", "ls", "s3://no-such-bucket/mysql/"], zone: UTC },
  { name: "download-to-folder", args: ["s3", "cp", "s3://shop-backups/mysql/shop-2026-01-31-0200.sql.gz", "sub/", "--no-progress"], zone: UTC },
  { name: "download-to-existing-folder", args: ["s3", "cp", "s3://shop-backups/readme.txt", "sub", "--no-progress"], zone: UTC },
  { name: "download-to-new-folder", args: ["s3", "cp", "s3://shop-backups/readme.txt", "new/deep/", "--no-progress"], zone: UTC },
  { name: "download-to-name", args: ["s3", "cp", "s3://shop-backups/readme.txt", "there.txt", "--no-progress"], zone: UTC },
  { name: "download-here", args: ["s3", "cp", "s3://shop-backups/mysql/weekly/week 05 é.sql", ".", "--no-progress"], zone: UTC },
  { name: "download-above", args: ["s3", "cp", "s3://shop-backups/readme.txt", "../up.txt", "--no-progress"], zone: UTC },
  { name: "download-quiet", args: ["s3", "cp", "s3://shop-backups/readme.txt", "quiet.txt", "--quiet"], zone: UTC },
  { name: "download-only-errors", args: ["s3", "cp", "s3://shop-backups/readme.txt", "e.txt", "--only-show-errors"], zone: UTC },
  { name: "download-stdout", args: ["s3", "cp", "s3://shop-backups/mysql/weekly/week 05 é.sql", "-"], zone: UTC },
  { name: "download-missing", args: ["s3", "cp", "s3://shop-backups/mysql/nope.sql.gz", "sub/"], zone: UTC },
  { name: "download-missing-bucket", args: ["s3", "cp", "s3://no-such-bucket/nope.sql.gz", "sub/"], zone: UTC },
  { name: "download-missing-stdout", args: ["s3", "cp", "s3://shop-backups/mysql/nope.sql.gz", "-"], zone: UTC },
  { name: "upload", args: ["s3", "cp", "local.sql", "s3://shop-backups/uploads/", "--no-progress"], zone: UTC },
  { name: "upload-to-name", args: ["s3", "cp", "./local.sql", "s3://shop-backups/uploads/other.sql", "--no-progress"], zone: UTC },
  { name: "upload-to-bucket", args: ["s3", "cp", "local.sql", "s3://shop-backups", "--no-progress"], zone: UTC },
  { name: "upload-stdin", args: ["s3", "cp", "-", "s3://shop-backups/uploads/stdin.txt"], zone: UTC, stdin: "from a pipe\n" },
  { name: "upload-missing-file", args: ["s3", "cp", "missing.sql", "s3://shop-backups/uploads/"], zone: UTC },
  { name: "upload-missing-bucket", args: ["s3", "cp", "local.sql", "s3://no-such-bucket/x/", "--no-progress"], zone: UTC },
  { name: "copy-inside", args: ["s3", "cp", "s3://shop-backups/readme.txt", "s3://shop-backups/copies/", "--no-progress"], zone: UTC },
  { name: "download-tree", args: ["s3", "cp", "s3://shop-backups/mysql/", "got", "--recursive", "--no-progress"], zone: UTC },
  { name: "download-tree-filtered", args: ["s3", "cp", "s3://shop-backups/mysql", ".", "--recursive", "--exclude", "*", "--include", "*01-3?-*", "--no-progress"], zone: UTC },
  { name: "download-tree-dry", args: ["s3", "cp", "s3://shop-backups/mysql/", "got/", "--recursive", "--dryrun"], zone: UTC },
  { name: "download-tree-nothing", args: ["s3", "cp", "s3://shop-backups/nothing/", "got/", "--recursive"], zone: UTC },
  { name: "download-tree-missing-bucket", args: ["s3", "cp", "s3://no-such-bucket/x/", "got/", "--recursive"], zone: UTC },
  { name: "download-dry", args: ["s3", "cp", "s3://shop-backups/readme.txt", "there.txt", "--dryrun"], zone: UTC },
  { name: "download-excluded", args: ["s3", "cp", "s3://shop-backups/readme.txt", "there.txt", "--exclude", "*.txt"], zone: UTC },
  { name: "download-bucket", args: ["s3", "cp", "s3://shop-backups", "there"], zone: UTC },
  { name: "download-prefix", args: ["s3", "cp", "s3://shop-backups/mysql/", "there"], zone: UTC },
  { name: "upload-tree", args: ["s3", "cp", "tree", "s3://shop-backups/up", "--recursive", "--no-progress"], zone: UTC },
  { name: "upload-tree-filtered", args: ["s3", "cp", "tree/", "s3://shop-backups/up/", "--recursive", "--exclude", "*.log", "--exclude", "b/*", "--no-progress"], zone: UTC },
  { name: "upload-tree-dry", args: ["s3", "cp", "tree", "s3://shop-backups", "--recursive", "--dryrun"], zone: UTC },
  { name: "upload-tree-missing", args: ["s3", "cp", "nowhere", "s3://shop-backups/up", "--recursive"], zone: UTC },
  { name: "upload-folder", args: ["s3", "cp", "tree", "s3://shop-backups/up/"], zone: UTC },
  { name: "upload-dry", args: ["s3", "cp", "local.sql", "s3://shop-backups/up/", "--dryrun"], zone: UTC },
  { name: "upload-file-as-tree", args: ["s3", "cp", "local.sql", "s3://shop-backups/up/", "--recursive", "--no-progress"], zone: UTC },
  { name: "upload-encrypted", args: ["s3", "cp", "local.sql", "s3://shop-backups/up/", "--sse", "aws:kms", "--sse-kms-key-id", "alias/backups", "--content-type", "text/x-sql", "--no-progress"], zone: UTC, kept: "up/local.sql" },
  { name: "upload-encrypted-plainly", args: ["s3", "cp", "--sse", "--storage-class", "STANDARD_IA", "--acl", "bucket-owner-full-control", "--content-type", "a/b", "--cache-control", "no-store", "--content-encoding", "gzip", "local.sql", "s3://shop-backups/up/", "--no-progress"], zone: UTC, kept: "up/local.sql" },
  { name: "upload-stdin-encrypted", args: ["s3", "cp", "-", "s3://shop-backups/up/x", "--sse=aws:kms", "--content-type=a/b"], zone: UTC, stdin: "secret\n", kept: "up/x" },
  { name: "upload-tree-encrypted", args: ["s3", "cp", "tree", "s3://shop-backups/up", "--recursive", "--sse", "AES256", "--storage-class=GLACIER_IR", "--content-type", "a/b", "--exclude", "*", "--include", "a*", "--no-progress"], zone: UTC },
  { name: "upload-with-list", args: ["s3", "cp", "local.sql", "s3://shop-backups/up/", "--acl", "public-read", "--no-progress"], zone: UTC },
  { name: "upload-key-alone", args: ["s3", "cp", "local.sql", "s3://shop-backups/up/", "--sse-kms-key-id", "alias/backups", "--no-progress"], zone: UTC },
  { name: "download-encrypted", args: ["s3", "cp", "s3://shop-backups/readme.txt", "there.txt", "--sse", "aws:kms", "--acl=private", "--no-progress"], zone: UTC },
  { name: "copy-local-local", args: ["s3", "cp", "local.sql", "other.sql"], zone: UTC },
];
