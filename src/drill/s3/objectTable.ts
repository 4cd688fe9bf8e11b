import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import type { WorldClock } from "../contract.ts";
import type { Checksums } from "./checksums.ts";
import { S3Error } from "./s3Error.ts";

/** Where an object's bytes are: uploaded ones in memory, the world's own in a file that is read when asked for. */
export type ObjectContent = { readonly kind: "bytes"; readonly bytes: Buffer } | { readonly kind: "file"; readonly path: string };

/** One version of an object; a delete marker has neither content nor size. */
export interface ObjectVersion {
  readonly versionId: string;
  readonly isDeleteMarker: boolean;
  readonly content: ObjectContent;
  readonly size: number;
  /** World epoch milliseconds. */
  readonly modifiedAt: number;
  /** `content-type` and the like, as uploaded. */
  readonly headers: Readonly<Record<string, string>>;
  /** `x-amz-meta-…` without the prefix. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly checksums: Checksums;
  /** Hex without quotes; `undefined` until first asked for (a file's is computed then). */
  etag: string | undefined;
  tags: readonly (readonly [key: string, value: string])[];
}

export interface MultipartUpload {
  readonly id: string;
  readonly key: string;
  readonly initiatedAt: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly parts: Map<number, { readonly bytes: Buffer; readonly md5: Buffer; readonly modifiedAt: number; readonly checksums: Checksums }>;
}

export interface Bucket {
  readonly name: string;
  readonly createdAt: number;
  versioning: "Enabled" | "Suspended" | undefined;
  /** The lifecycle document as it was put. */
  lifecycle: string | undefined;
  /** Versions of each key, newest first. */
  readonly objects: Map<string, ObjectVersion[]>;
  readonly uploads: Map<string, MultipartUpload>;
}

/** What a version is made of before the table gives it an identity. */
export interface NewObject {
  readonly content: ObjectContent;
  readonly headers?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly checksums?: Checksums;
  readonly etag?: string;
  readonly tags?: readonly (readonly [key: string, value: string])[];
  /** World epoch milliseconds; now when left out. */
  readonly modifiedAt?: number;
}

/** All buckets of one endpoint. Ids count up, so that a world gives the same ids each time. */
export class ObjectTable {
  readonly buckets = new Map<string, Bucket>();
  readonly #clock: WorldClock;
  #ids = 0;

  constructor(clock: WorldClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  nextId(prefix: string): string {
    this.#ids += 1;
    return createHash("sha256").update(`${prefix}${this.#ids}`).digest("hex").slice(0, 32);
  }

  addBucket(name: string, createdAt: number = this.now()): Bucket {
    const bucket: Bucket = { name, createdAt, versioning: undefined, lifecycle: undefined, objects: new Map(), uploads: new Map() };
    this.buckets.set(name, bucket);
    return bucket;
  }

  bucket(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (bucket === undefined) throw new S3Error("NoSuchBucket", { BucketName: name });
    return bucket;
  }

  /** Stores a new version; without versioning it replaces the one before. */
  put(bucket: Bucket, key: string, object: NewObject): ObjectVersion {
    const size = object.content.kind === "bytes" ? object.content.bytes.length : statSync(object.content.path).size;
    const version: ObjectVersion = {
      versionId: this.#versionId(bucket), isDeleteMarker: false, content: object.content, size,
      modifiedAt: object.modifiedAt ?? this.now(), headers: object.headers ?? {}, metadata: object.metadata ?? {},
      checksums: object.checksums ?? {}, etag: object.etag, tags: object.tags ?? [],
    };
    this.#push(bucket, key, version);
    return version;
  }

  /** The newest version that is no delete marker, or the named one. Throws `NoSuchKey` or `NoSuchVersion`. */
  get(bucket: Bucket, key: string, versionId: string | undefined): ObjectVersion {
    const versions = bucket.objects.get(key) ?? [];
    if (versionId !== undefined) {
      const found = versions.find((version) => version.versionId === versionId);
      if (found === undefined) throw new S3Error("NoSuchVersion", { Key: key, VersionId: versionId });
      if (found.isDeleteMarker) throw new S3Error("MethodNotAllowed");
      return found;
    }
    const newest = versions[0];
    if (newest === undefined || newest.isDeleteMarker) throw new S3Error("NoSuchKey", { Key: key });
    return newest;
  }

  /** Deletes as S3 does: a version by its id for good, else a marker where versions are kept, else the object. Missing keys are no error. */
  remove(bucket: Bucket, key: string, versionId: string | undefined): { readonly versionId: string | undefined; readonly isDeleteMarker: boolean } {
    const versions = bucket.objects.get(key) ?? [];
    if (versionId !== undefined) {
      const found = versions.find((version) => version.versionId === versionId);
      const rest = versions.filter((version) => version !== found);
      if (rest.length === 0) bucket.objects.delete(key);
      else bucket.objects.set(key, rest);
      return { versionId, isDeleteMarker: found?.isDeleteMarker ?? false };
    }
    if (bucket.versioning === undefined) {
      bucket.objects.delete(key);
      return { versionId: undefined, isDeleteMarker: false };
    }
    const marker: ObjectVersion = {
      versionId: this.#versionId(bucket), isDeleteMarker: true, content: { kind: "bytes", bytes: Buffer.alloc(0) }, size: 0,
      modifiedAt: this.now(), headers: {}, metadata: {}, checksums: {}, etag: "", tags: [],
    };
    this.#push(bucket, key, marker);
    return { versionId: marker.versionId, isDeleteMarker: true };
  }

  #versionId(bucket: Bucket): string {
    return bucket.versioning === "Enabled" ? this.nextId("version") : "null";
  }

  #push(bucket: Bucket, key: string, version: ObjectVersion): void {
    const older = (bucket.objects.get(key) ?? []).filter((other) => bucket.versioning !== undefined && other.versionId !== version.versionId);
    bucket.objects.set(key, [version, ...older]);
  }
}

/** Bytes `start` to `end` (inclusive) of an object, as they are wanted. */
export async function* readContent(content: ObjectContent, start: number, end: number): AsyncGenerator<Uint8Array> {
  if (end < start) return;
  switch (content.kind) {
    case "bytes":
      for (let position = start; position <= end; position += 65_536) yield content.bytes.subarray(position, Math.min(position + 65_536, end + 1));
      return;
    case "file":
      for await (const chunk of createReadStream(content.path, { start, end })) yield chunk as Buffer;
      return;
  }
}

/** The object's entity tag in quotes; computed once for an object of the world. */
export async function etagOf(version: ObjectVersion): Promise<string> {
  if (version.etag === undefined) {
    const hash = createHash("md5");
    for await (const chunk of readContent(version.content, 0, version.size - 1)) hash.update(chunk);
    version.etag = hash.digest("hex");
  }
  return `"${version.etag}"`;
}
