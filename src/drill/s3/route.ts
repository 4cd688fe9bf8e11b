import { childText, parseXml } from "../../core/aws/xml.ts";
import { verifyDigests } from "./checksums.ts";
import { isoTime, listObjects, listVersions } from "./listing.ts";
import { abortUpload, completeUpload, createUpload, listParts, listUploads, putPart } from "./multipart.ts";
import { copyObject, deleteObject, deleteObjects, getObject, objectTagging, putObject } from "./objectOperations.ts";
import type { Bucket, ObjectTable } from "./objectTable.ts";
import { emptyResponse, xmlResponse, type S3Request, type S3Response } from "./request.ts";
import { S3Error } from "./s3Error.ts";
import { xml } from "./xml.ts";

/** Sub-resources of a bucket or object that are refused by name instead of being taken for the thing itself. */
const NOT_IMPLEMENTED = [
  "acl", "accelerate", "analytics", "attributes", "cors", "encryption", "inventory", "legal-hold", "logging", "metrics", "notification", "object-lock",
  "ownershipControls", "policy", "policyStatus", "publicAccessBlock", "replication", "requestPayment", "restore", "retention", "select", "torrent", "website",
] as const;

/** Runs one request whose signature and payload have been checked. */
export async function route(table: ObjectTable, region: string, request: S3Request): Promise<S3Response> {
  const refused = NOT_IMPLEMENTED.find((name) => request.query.has(name));
  if (refused !== undefined) throw new S3Error("NotImplemented", {}, `The sub-resource ${refused} is not implemented.`);
  if (request.bucket === undefined) return listBuckets(table, region, request);
  if (request.key !== undefined) return routeObject(table, table.bucket(request.bucket), request.key, request);
  if (request.method === "PUT" && request.query.size === 0) return createBucket(table, request.bucket, region);
  return routeBucket(table, table.bucket(request.bucket), region, request);
}

function listBuckets(table: ObjectTable, region: string, request: S3Request): S3Response {
  if (request.method !== "GET") throw new S3Error("MethodNotAllowed");
  const prefix = request.query.get("prefix") ?? "";
  const buckets = [...table.buckets.values()].filter((bucket) => bucket.name.startsWith(prefix)).sort((a, b) => (a.name < b.name ? -1 : 1));
  return xmlResponse(xml("ListAllMyBucketsResult", {
    Owner: { ID: "drill", DisplayName: "drill" },
    Buckets: { Bucket: buckets.map((bucket) => ({ Name: bucket.name, CreationDate: isoTime(bucket.createdAt), BucketRegion: region })) },
  }));
}

function createBucket(table: ObjectTable, name: string, region: string): S3Response {
  if (!/^[a-z\d][a-z\d.-]{1,61}[a-z\d]$/.test(name)) throw new S3Error("InvalidBucketName", { BucketName: name });
  // In us-east-1 creating one's own bucket again is no error.
  if (table.buckets.has(name) && region !== "us-east-1") throw new S3Error("BucketAlreadyOwnedByYou", { BucketName: name });
  if (!table.buckets.has(name)) table.addBucket(name);
  return emptyResponse(200, { location: `/${name}` });
}

async function routeBucket(table: ObjectTable, bucket: Bucket, region: string, request: S3Request): Promise<S3Response> {
  const { method, query } = request;
  if (query.has("versioning")) return bucketVersioning(bucket, request);
  if (query.has("lifecycle")) return bucketLifecycle(bucket, request);
  switch (method) {
    case "HEAD":
      return emptyResponse(200, { "x-amz-bucket-region": region });
    case "GET":
      if (query.has("location")) return xmlResponse(xml("LocationConstraint", region === "us-east-1" ? "" : region));
      if (query.has("versions")) return xmlResponse(await listVersions(bucket, query));
      if (query.has("uploads")) return listUploads(bucket, request);
      return xmlResponse(await listObjects(bucket, query));
    case "POST":
      if (query.has("delete")) return deleteObjects(table, bucket, request);
      throw new S3Error("MethodNotAllowed");
    case "DELETE":
      if (bucket.objects.size > 0) throw new S3Error("BucketNotEmpty", { BucketName: bucket.name });
      table.buckets.delete(bucket.name);
      return emptyResponse(204);
    default:
      throw new S3Error("MethodNotAllowed");
  }
}

async function routeObject(table: ObjectTable, bucket: Bucket, key: string, request: S3Request): Promise<S3Response> {
  const { method, query } = request;
  if (query.has("tagging")) return objectTagging(table, bucket, key, request);
  switch (method) {
    case "HEAD":
      return getObject(table, bucket, key, request);
    case "GET":
      return query.has("uploadId") ? listParts(bucket, key, request) : getObject(table, bucket, key, request);
    case "PUT":
      if (query.has("partNumber")) return putPart(table, bucket, key, request);
      return request.headers["x-amz-copy-source"] === undefined ? putObject(table, bucket, key, request) : copyObject(table, bucket, key, request);
    case "POST":
      if (query.has("uploads")) return createUpload(table, bucket, key, request);
      if (query.has("uploadId")) return completeUpload(table, bucket, key, request);
      throw new S3Error("MethodNotAllowed");
    case "DELETE":
      return query.has("uploadId") ? abortUpload(bucket, key, request) : deleteObject(table, bucket, key, request);
    default:
      throw new S3Error("MethodNotAllowed");
  }
}

function bucketVersioning(bucket: Bucket, request: S3Request): S3Response {
  if (request.method === "GET") return xmlResponse(xml("VersioningConfiguration", bucket.versioning === undefined ? {} : { Status: bucket.versioning }));
  if (request.method !== "PUT") throw new S3Error("MethodNotAllowed");
  verifyDigests(request.body, request.headers);
  const root = parseXml(request.body.toString());
  const status = root === undefined ? undefined : childText(root, "Status");
  if (status !== "Enabled" && status !== "Suspended") throw new S3Error("MalformedXML");
  bucket.versioning = status;
  return emptyResponse(200);
}

function bucketLifecycle(bucket: Bucket, request: S3Request): S3Response {
  if (request.method === "GET") {
    if (bucket.lifecycle === undefined) throw new S3Error("NoSuchLifecycleConfiguration", { BucketName: bucket.name });
    return xmlResponse(bucket.lifecycle);
  }
  if (request.method === "DELETE") {
    bucket.lifecycle = undefined;
    return emptyResponse(204);
  }
  if (request.method !== "PUT") throw new S3Error("MethodNotAllowed");
  verifyDigests(request.body, request.headers);
  const text = request.body.toString();
  if (parseXml(text)?.name !== "LifecycleConfiguration") throw new S3Error("MalformedXML");
  bucket.lifecycle = text;
  return emptyResponse(200);
}
