import type { ObjectContent, ObjectTable, ObjectVersion } from "./objectTable.ts";

/** Everything an endpoint holds, as JSON: uploaded bytes in base64, the world's own files by path. Uploads under way are not kept. */
export interface S3Snapshot {
  readonly version: 1;
  readonly buckets: readonly {
    readonly name: string;
    readonly createdAt: number;
    readonly versioning?: "Enabled" | "Suspended";
    readonly lifecycle?: string;
    readonly objects: readonly { readonly key: string; readonly versions: readonly SavedVersion[] }[];
  }[];
}

type SavedVersion = Omit<ObjectVersion, "content" | "etag"> & {
  readonly etag?: string;
  readonly content: { readonly kind: "bytes"; readonly base64: string } | { readonly kind: "file"; readonly path: string };
};

/** The table as JSON-able data. */
export function takeSnapshot(table: ObjectTable): S3Snapshot {
  return {
    version: 1,
    buckets: [...table.buckets.values()].map((bucket) => ({
      name: bucket.name,
      createdAt: bucket.createdAt,
      ...(bucket.versioning === undefined ? {} : { versioning: bucket.versioning }),
      ...(bucket.lifecycle === undefined ? {} : { lifecycle: bucket.lifecycle }),
      objects: [...bucket.objects].map(([key, versions]) => ({ key, versions: versions.map(saveVersion) })),
    })),
  };
}

function saveVersion({ content, etag, ...rest }: ObjectVersion): SavedVersion {
  return {
    ...rest,
    ...(etag === undefined ? {} : { etag }),
    content: content.kind === "bytes" ? { kind: "bytes", base64: content.bytes.toString("base64") } : content,
  };
}

/** Replaces all that `table` holds by a snapshot. */
export function restoreSnapshot(table: ObjectTable, snapshot: S3Snapshot): void {
  table.buckets.clear();
  for (const saved of snapshot.buckets) {
    const bucket = table.addBucket(saved.name, saved.createdAt);
    bucket.versioning = saved.versioning;
    bucket.lifecycle = saved.lifecycle;
    for (const { key, versions } of saved.objects) {
      bucket.objects.set(key, versions.map(({ content, etag, ...rest }) => ({ ...rest, etag, content: loadContent(content) })));
    }
  }
}

function loadContent(content: SavedVersion["content"]): ObjectContent {
  return content.kind === "bytes" ? { kind: "bytes", bytes: Buffer.from(content.base64, "base64") } : content;
}
