import { createHash } from "node:crypto";
import { childText, parseXml } from "../../core/aws/xml.ts";
import { CHECKSUM_ALGORITHMS, verifyDigests, type Checksums } from "./checksums.ts";
import { checkReadable, encryptionOf, keepingHeaders, withoutKeeping } from "./keeping.ts";
import { isoTime } from "./listing.ts";
import { etagOf, readContent, type Bucket, type ObjectTable, type ObjectVersion } from "./objectTable.ts";
import { emptyResponse, xmlResponse, type S3Request, type S3Response } from "./request.ts";
import { S3Error } from "./s3Error.ts";
import { xml } from "./xml.ts";

const KEPT_HEADERS = ["content-type", "content-encoding", "content-disposition", "content-language", "cache-control", "expires"] as const;

/** GetObject and HeadObject. */
export async function getObject(table: ObjectTable, bucket: Bucket, key: string, request: S3Request): Promise<S3Response> {
  const version = table.get(bucket, key, request.query.get("versionId"));
  if (request.method === "GET") checkReadable(version.headers);
  const etag = await etagOf(version);
  checkReadConditions(request, version, etag);
  const range = readRange(request.headers["range"], version.size);
  const [start, end] = range ?? [0, version.size - 1];
  const wantsChecksums = request.headers["x-amz-checksum-mode"]?.toUpperCase() === "ENABLED" && range === undefined;
  return {
    status: range === undefined ? 200 : 206,
    headers: {
      "content-type": "binary/octet-stream",
      ...version.headers,
      ...Object.fromEntries(Object.entries(version.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
      ...versionHeader(bucket, version.versionId),
      ...(wantsChecksums ? checksumHeaders(version.checksums) : {}),
      ...(range === undefined ? {} : { "content-range": `bytes ${start}-${end}/${version.size}` }),
      ...(version.tags.length === 0 ? {} : { "x-amz-tagging-count": String(version.tags.length) }),
      "accept-ranges": "bytes",
      "content-length": String(end - start + 1),
      "last-modified": new Date(version.modifiedAt).toUTCString(),
      etag,
    },
    body: request.method === "HEAD" ? "" : { stream: readContent(version.content, start, end) },
  };
}

/** PutObject. */
export async function putObject(table: ObjectTable, bucket: Bucket, key: string, request: S3Request): Promise<S3Response> {
  await checkWriteConditions(bucket, key, request);
  const checksums = verifyDigests(request.body, request.headers);
  const version = table.put(bucket, key, {
    content: { kind: "bytes", bytes: request.body }, checksums, headers: { ...keptHeaders(request.headers), ...keepingHeaders(request.headers) }, metadata: metadataOf(request.headers),
    etag: createHash("md5").update(request.body).digest("hex"), tags: [...new URLSearchParams(request.headers["x-amz-tagging"] ?? "")],
  });
  return emptyResponse(200, { etag: await etagOf(version), ...encryptionOf(version.headers), ...versionHeader(bucket, version.versionId), ...checksumHeaders(checksums) });
}

/** CopyObject: metadata goes along unless the request replaces it. */
export async function copyObject(table: ObjectTable, bucket: Bucket, key: string, request: S3Request): Promise<S3Response> {
  const source = readCopySource(table, request);
  checkReadable(source.headers);
  const isReplaced = request.headers["x-amz-metadata-directive"]?.toUpperCase() === "REPLACE";
  const version = table.put(bucket, key, {
    content: source.content, checksums: source.checksums, tags: source.tags, etag: (await etagOf(source)).slice(1, -1),
    headers: { ...(isReplaced ? keptHeaders(request.headers) : withoutKeeping(source.headers)), ...keepingHeaders(request.headers) }, metadata: isReplaced ? metadataOf(request.headers) : source.metadata,
  });
  return xmlResponse(xml("CopyObjectResult", { LastModified: isoTime(version.modifiedAt), ETag: await etagOf(version) }), 200, versionHeader(bucket, version.versionId));
}

/** The object that `x-amz-copy-source` names. */
export function readCopySource(table: ObjectTable, request: S3Request): ObjectVersion {
  const [path = "", query = ""] = (request.headers["x-amz-copy-source"] ?? "").split("?");
  const source = decodeURIComponent(path).replace(/^\//, "");
  const slash = source.indexOf("/");
  if (slash <= 0) throw new S3Error("InvalidArgument", { ArgumentName: "x-amz-copy-source" }, "Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
  return table.get(table.bucket(source.slice(0, slash)), source.slice(slash + 1), new URLSearchParams(query).get("versionId") ?? undefined);
}

/** DeleteObject. */
export function deleteObject(table: ObjectTable, bucket: Bucket, key: string, request: S3Request): S3Response {
  const { versionId, isDeleteMarker } = table.remove(bucket, key, request.query.get("versionId"));
  return emptyResponse(204, { ...(versionId === undefined ? {} : { "x-amz-version-id": versionId }), ...(isDeleteMarker ? { "x-amz-delete-marker": "true" } : {}) });
}

/** DeleteObjects: up to 1000 keys in one request. */
export function deleteObjects(table: ObjectTable, bucket: Bucket, request: S3Request): S3Response {
  verifyDigests(request.body, request.headers);
  const root = parseXml(request.body.toString());
  const wanted = root?.children.filter((child) => child.name === "Object") ?? [];
  if (root?.name !== "Delete" || wanted.length === 0 || wanted.length > 1000) throw new S3Error("MalformedXML");
  const deleted = wanted.map((object) => {
    const key = childText(object, "Key");
    if (key === undefined) throw new S3Error("MalformedXML");
    const versionId = childText(object, "VersionId");
    const result = table.remove(bucket, key, versionId);
    return {
      Key: key, VersionId: versionId,
      ...(result.isDeleteMarker ? { DeleteMarker: true, DeleteMarkerVersionId: result.versionId } : {}),
    };
  });
  return xmlResponse(xml("DeleteResult", { Deleted: childText(root, "Quiet") === "true" ? [] : deleted }));
}

/** Get, put and delete of an object's tags. */
export function objectTagging(table: ObjectTable, bucket: Bucket, key: string, request: S3Request): S3Response {
  const version = table.get(bucket, key, request.query.get("versionId"));
  if (request.method === "GET") return xmlResponse(xml("Tagging", { TagSet: { Tag: version.tags.map(([Key, Value]) => ({ Key, Value })) } }));
  if (request.method === "DELETE") {
    version.tags = [];
    return emptyResponse(204);
  }
  verifyDigests(request.body, request.headers);
  const set = parseXml(request.body.toString())?.children.find((child) => child.name === "TagSet");
  if (set === undefined) throw new S3Error("MalformedXML");
  version.tags = set.children.map((tag) => [childText(tag, "Key") ?? "", childText(tag, "Value") ?? ""] as const);
  return emptyResponse(200);
}

/** `content-type` and its like of an upload. */
export function keptHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = headers[name];
    // `aws-chunked` is the coding of the request and no property of the object.
    const plain = name === "content-encoding" ? value?.split(",").map((part) => part.trim()).filter((part) => part !== "aws-chunked").join(",") : value;
    if (plain !== undefined && plain !== "") kept[name] = plain;
  }
  return kept;
}

/** `x-amz-meta-…` headers without the prefix. */
export function metadataOf(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith("x-amz-meta-")).map(([name, value]) => [name.slice("x-amz-meta-".length), value]));
}

/** Checksums as response headers. */
export function checksumHeaders(checksums: Checksums): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const value = checksums[algorithm];
    if (value !== undefined) headers[`x-amz-checksum-${algorithm}`] = value;
  }
  return Object.keys(headers).length === 0 ? {} : { ...headers, "x-amz-checksum-type": "FULL_OBJECT" };
}

/** The version's id where the bucket keeps versions. */
export function versionHeader(bucket: Bucket, versionId: string): Record<string, string> {
  return bucket.versioning === undefined ? {} : { "x-amz-version-id": versionId };
}

function checkReadConditions(request: S3Request, version: ObjectVersion, etag: string): void {
  const { headers } = request;
  const seconds = Math.floor(version.modifiedAt / 1000) * 1000;
  if (headers["if-match"] !== undefined && !matches(headers["if-match"], etag)) throw new S3Error("PreconditionFailed", { Condition: "If-Match" });
  if (headers["if-match"] === undefined && seconds > Date.parse(headers["if-unmodified-since"] ?? "")) throw new S3Error("PreconditionFailed", { Condition: "If-Unmodified-Since" });
  if (headers["if-none-match"] !== undefined && matches(headers["if-none-match"], etag)) throw new S3Error("NotModified");
  if (headers["if-none-match"] === undefined && seconds <= Date.parse(headers["if-modified-since"] ?? "")) throw new S3Error("NotModified");
}

/** Conditional writes: `If-None-Match: *` (only new) and `If-Match` (only over that one). */
export async function checkWriteConditions(bucket: Bucket, key: string, request: S3Request): Promise<void> {
  const current = bucket.objects.get(key)?.[0];
  const etag = current === undefined || current.isDeleteMarker ? undefined : await etagOf(current);
  const { "if-none-match": ifNoneMatch, "if-match": ifMatch } = request.headers;
  if (ifNoneMatch !== undefined && etag !== undefined && matches(ifNoneMatch, etag)) throw new S3Error("PreconditionFailed", { Condition: "If-None-Match" });
  if (ifMatch === undefined) return;
  if (etag === undefined) throw new S3Error("NoSuchKey", { Key: key });
  if (!matches(ifMatch, etag)) throw new S3Error("PreconditionFailed", { Condition: "If-Match" });
}

function matches(condition: string, etag: string): boolean {
  return condition.split(",").some((part) => part.trim() === "*" || part.trim().replaceAll('"', "") === etag.replaceAll('"', ""));
}

/** First and last byte of a `Range`; `undefined` for none or one that is not understood (S3 then answers with everything). */
function readRange(header: string | undefined, size: number): readonly [start: number, end: number] | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (from === undefined || to === undefined || (from === "" && to === "")) return undefined;
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (start >= size || (from === "" && Number(to) === 0)) throw new S3Error("InvalidRange", { RangeRequested: header ?? "", ActualObjectSize: String(size) });
  return end < start ? undefined : [start, end];
}
