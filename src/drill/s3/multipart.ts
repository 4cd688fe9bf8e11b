import { createHash } from "node:crypto";
import { childText, parseXml } from "../../core/aws/xml.ts";
import { verifyDigests } from "./checksums.ts";
import { keepingHeaders, storageClassOf } from "./keeping.ts";
import { isoTime } from "./listing.ts";
import { checkWriteConditions, checksumHeaders, keptHeaders, metadataOf, readCopySource, versionHeader } from "./objectOperations.ts";
import { etagOf, readContent, type Bucket, type MultipartUpload, type ObjectTable } from "./objectTable.ts";
import { emptyResponse, xmlResponse, type S3Request, type S3Response } from "./request.ts";
import { S3Error } from "./s3Error.ts";
import { xml } from "./xml.ts";

/** Every part but the last is at least this long. */
const MIN_PART_BYTES = 5 << 20;

/** CreateMultipartUpload. */
export function createUpload(table: ObjectTable, bucket: Bucket, key: string, request: S3Request): S3Response {
  const upload: MultipartUpload = {
    id: table.nextId("upload"), key, initiatedAt: table.now(), headers: { ...keptHeaders(request.headers), ...keepingHeaders(request.headers) }, metadata: metadataOf(request.headers), parts: new Map(),
  };
  bucket.uploads.set(upload.id, upload);
  return xmlResponse(xml("InitiateMultipartUploadResult", { Bucket: bucket.name, Key: key, UploadId: upload.id }));
}

/** UploadPart and UploadPartCopy. */
export async function putPart(table: ObjectTable, bucket: Bucket, key: string, request: S3Request): Promise<S3Response> {
  const upload = findUpload(bucket, key, request);
  const number = Number(request.query.get("partNumber"));
  if (!Number.isInteger(number) || number < 1 || number > 10_000) {
    throw new S3Error("InvalidArgument", { ArgumentName: "partNumber" }, "Part number must be an integer between 1 and 10000, inclusive");
  }
  const isCopy = request.headers["x-amz-copy-source"] !== undefined;
  const bytes = isCopy ? await copiedBytes(table, request) : request.body;
  const checksums = isCopy ? {} : verifyDigests(bytes, request.headers);
  const part = { bytes, md5: createHash("md5").update(bytes).digest(), modifiedAt: table.now(), checksums };
  upload.parts.set(number, part);
  const etag = `"${part.md5.toString("hex")}"`;
  if (isCopy) return xmlResponse(xml("CopyPartResult", { LastModified: isoTime(part.modifiedAt), ETag: etag }));
  const { "x-amz-checksum-type": _type, ...sums } = checksumHeaders(checksums);
  return emptyResponse(200, { etag, ...sums });
}

async function copiedBytes(table: ObjectTable, request: S3Request): Promise<Buffer> {
  const source = readCopySource(table, request);
  const [, from = "0", to = String(source.size - 1)] = /^bytes=(\d+)-(\d+)$/.exec(request.headers["x-amz-copy-source-range"] ?? "") ?? [];
  if (Number(to) >= source.size) throw new S3Error("InvalidRange");
  const chunks: Uint8Array[] = [];
  for await (const chunk of readContent(source.content, Number(from), Number(to))) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** CompleteMultipartUpload. */
export async function completeUpload(table: ObjectTable, bucket: Bucket, key: string, request: S3Request): Promise<S3Response> {
  const upload = findUpload(bucket, key, request);
  await checkWriteConditions(bucket, key, request);
  const wanted = parseXml(request.body.toString())?.children.filter((child) => child.name === "Part") ?? [];
  if (wanted.length === 0) throw new S3Error("MalformedXML");
  let previous = 0;
  const parts = wanted.map((element, index) => {
    const number = Number(childText(element, "PartNumber"));
    const part = upload.parts.get(number);
    if (number <= previous) throw new S3Error("InvalidPartOrder");
    previous = number;
    if (part === undefined || childText(element, "ETag")?.replaceAll('"', "") !== part.md5.toString("hex")) throw new S3Error("InvalidPart", { UploadId: upload.id, PartNumber: String(number) });
    if (index < wanted.length - 1 && part.bytes.length < MIN_PART_BYTES) throw new S3Error("EntityTooSmall", { PartNumber: String(number) });
    return part;
  });
  const etag = `${createHash("md5").update(Buffer.concat(parts.map((part) => part.md5))).digest("hex")}-${parts.length}`;
  const version = table.put(bucket, key, { content: { kind: "bytes", bytes: Buffer.concat(parts.map((part) => part.bytes)) }, headers: upload.headers, metadata: upload.metadata, etag });
  bucket.uploads.delete(upload.id);
  return xmlResponse(xml("CompleteMultipartUploadResult", { Location: `/${bucket.name}/${key}`, Bucket: bucket.name, Key: key, ETag: await etagOf(version) }), 200, versionHeader(bucket, version.versionId));
}

/** AbortMultipartUpload. */
export function abortUpload(bucket: Bucket, key: string, request: S3Request): S3Response {
  bucket.uploads.delete(findUpload(bucket, key, request).id);
  return emptyResponse(204);
}

/** ListParts. */
export function listParts(bucket: Bucket, key: string, request: S3Request): S3Response {
  const upload = findUpload(bucket, key, request);
  const parts = [...upload.parts].sort(([a], [b]) => a - b).map(([PartNumber, part]) => ({
    PartNumber, LastModified: isoTime(part.modifiedAt), ETag: `"${part.md5.toString("hex")}"`, Size: part.bytes.length,
  }));
  return xmlResponse(xml("ListPartsResult", { Bucket: bucket.name, Key: key, UploadId: upload.id, MaxParts: 10_000, IsTruncated: false, Part: parts }));
}

/** ListMultipartUploads. */
export function listUploads(bucket: Bucket, request: S3Request): S3Response {
  const prefix = request.query.get("prefix") ?? "";
  const uploads = [...bucket.uploads.values()].filter((upload) => upload.key.startsWith(prefix)).map((upload) => ({
    Key: upload.key, UploadId: upload.id, StorageClass: storageClassOf(upload.headers), Initiated: isoTime(upload.initiatedAt),
  }));
  return xmlResponse(xml("ListMultipartUploadsResult", { Bucket: bucket.name, Prefix: prefix, MaxUploads: 1000, IsTruncated: false, Upload: uploads }));
}

function findUpload(bucket: Bucket, key: string, request: S3Request): MultipartUpload {
  const id = request.query.get("uploadId") ?? "";
  const upload = bucket.uploads.get(id);
  if (upload?.key !== key) throw new S3Error("NoSuchUpload", { UploadId: id });
  return upload;
}
