import { storageClassOf } from "./keeping.ts";
import { etagOf, type Bucket, type ObjectVersion } from "./objectTable.ts";
import { S3Error } from "./s3Error.ts";
import { xml, type XmlContent } from "./xml.ts";

const MAX_KEYS = 1000;

interface Page {
  readonly keys: readonly string[];
  readonly prefixes: readonly string[];
  /** Last key or prefix given, when there is more. */
  readonly last: string | undefined;
}

/** ListObjectsV2, or the older ListObjects where `list-type=2` is missing. */
export async function listObjects(bucket: Bucket, query: ReadonlyMap<string, string>): Promise<string> {
  const isV2 = query.get("list-type") === "2";
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const maxKeys = readMaxKeys(query.get("max-keys"));
  const token = query.get("continuation-token");
  const startAfter = query.get("start-after");
  const after = isV2 ? (token === undefined ? (startAfter ?? "") : decodeToken(token)) : (query.get("marker") ?? "");
  const live = [...bucket.objects].filter(([, versions]) => versions[0]?.isDeleteMarker === false).map(([key]) => key);
  const page = paginate(live, prefix, delimiter, after, maxKeys);
  const name = encoder(query.get("encoding-type"));
  const contents: XmlContent[] = [];
  for (const key of page.keys) contents.push(await entry(name(key), bucket.objects.get(key)?.[0]));
  const common = {
    IsTruncated: page.last !== undefined,
    Contents: contents,
    Name: bucket.name,
    Prefix: name(prefix),
    Delimiter: delimiter === "" ? undefined : name(delimiter),
    MaxKeys: maxKeys,
    CommonPrefixes: page.prefixes.map((Prefix) => ({ Prefix: name(Prefix) })),
    EncodingType: query.get("encoding-type"),
  };
  if (!isV2) {
    return xml("ListBucketResult", { ...common, Marker: name(after), NextMarker: page.last === undefined || delimiter === "" ? undefined : name(page.last) });
  }
  return xml("ListBucketResult", {
    ...common,
    KeyCount: page.keys.length + page.prefixes.length,
    ContinuationToken: token,
    NextContinuationToken: page.last === undefined ? undefined : Buffer.from(page.last).toString("base64"),
    StartAfter: startAfter === undefined ? undefined : name(startAfter),
  });
}

/** ListObjectVersions, whole keys to a page. */
export async function listVersions(bucket: Bucket, query: ReadonlyMap<string, string>): Promise<string> {
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const maxKeys = readMaxKeys(query.get("max-keys"));
  const page = paginate([...bucket.objects.keys()], prefix, delimiter, query.get("key-marker") ?? "", maxKeys);
  const name = encoder(query.get("encoding-type"));
  const versions: XmlContent[] = [];
  const markers: XmlContent[] = [];
  for (const key of page.keys) {
    for (const [index, version] of (bucket.objects.get(key) ?? []).entries()) {
      const about = { Key: name(key), VersionId: version.versionId, IsLatest: index === 0, LastModified: isoTime(version.modifiedAt) };
      if (version.isDeleteMarker) markers.push(about);
      else versions.push({ ...about, ETag: await etagOf(version), Size: version.size, StorageClass: storageClassOf(version.headers) });
    }
  }
  return xml("ListVersionsResult", {
    Name: bucket.name, Prefix: name(prefix), KeyMarker: query.get("key-marker") ?? "", MaxKeys: maxKeys, IsTruncated: page.last !== undefined,
    NextKeyMarker: page.last === undefined ? undefined : name(page.last), Version: versions, DeleteMarker: markers,
    CommonPrefixes: page.prefixes.map((Prefix) => ({ Prefix: name(Prefix) })),
  });
}

/** Keys in byte order of UTF-8, rolled up at the delimiter, at most `maxKeys` keys and prefixes together. */
function paginate(all: readonly string[], prefix: string, delimiter: string, after: string, maxKeys: number): Page {
  const keys: string[] = [];
  const prefixes: string[] = [];
  let last: string | undefined;
  for (const key of all.filter((candidate) => candidate.startsWith(prefix)).sort(byBytes)) {
    const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    const shown = cut === -1 ? key : key.slice(0, cut + delimiter.length);
    if ((after !== "" && (byBytes(shown, after) <= 0 || byBytes(key, after) <= 0)) || prefixes.at(-1) === shown) continue;
    if (keys.length + prefixes.length >= maxKeys) return { keys, prefixes, last };
    (cut === -1 ? keys : prefixes).push(shown);
    last = shown;
  }
  return { keys, prefixes, last: undefined };
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

async function entry(key: string, version: ObjectVersion | undefined): Promise<XmlContent> {
  if (version === undefined) throw new S3Error("InternalError");
  return { Key: key, LastModified: isoTime(version.modifiedAt), ETag: await etagOf(version), Size: version.size, StorageClass: storageClassOf(version.headers) };
}

function readMaxKeys(text: string | undefined): number {
  const value = text === undefined ? MAX_KEYS : Number(text);
  if (!Number.isInteger(value) || value < 0) throw new S3Error("InvalidArgument", { ArgumentName: "max-keys", ArgumentValue: text ?? "" });
  return Math.min(value, MAX_KEYS);
}

function decodeToken(token: string): string {
  const text = Buffer.from(token, "base64").toString();
  if (text === "") throw new S3Error("InvalidArgument", { ArgumentName: "continuation-token" }, "The continuation token provided is incorrect");
  return text;
}

function encoder(type: string | undefined): (text: string) => string {
  if (type === undefined) return (text) => text;
  if (type !== "url") throw new S3Error("InvalidArgument", { ArgumentName: "encoding-type", ArgumentValue: type }, "Invalid Encoding Method specified in Request");
  return (text) => encodeURIComponent(text).replaceAll("%2F", "/").replaceAll("%20", "+");
}

/** `2026-01-31T02:00:00.000Z`. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
