import type { JsonRecord } from "../json.ts";
import { bytesOf, fieldsOf, mapOf, messageOf, numberOfField, stringOf, stringsOfField, type Fields } from "./wire.ts";

/** `k8s` and a zero byte, then a `runtime.Unknown`. */
const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

/**
 * Decodes what kubectl sends as protobuf without a JSON fallback: typed creates (namespace, secret, config map), access reviews and
 * deletion options. `undefined` for any other kind and for bytes that are not such a message.
 */
export function decodeProtobuf(body: Buffer): JsonRecord | undefined {
  if (!body.subarray(0, 4).equals(MAGIC)) return undefined;
  const unknown = fieldsOf(body.subarray(4));
  const type = unknown === undefined ? undefined : messageOf(unknown, 1);
  const raw = unknown === undefined ? undefined : bytesOf(unknown, 2);
  if (type === undefined || raw === undefined) return undefined;
  const fields = fieldsOf(raw);
  const kind = stringOf(type, 2);
  const rest = fields === undefined || kind === undefined ? undefined : decodeKind(kind, fields);
  if (fields === undefined || rest === undefined) return undefined;
  return { apiVersion: stringOf(type, 1) ?? "v1", kind, ...rest };
}

function decodeKind(kind: string, fields: Fields): JsonRecord | undefined {
  switch (kind) {
    case "Namespace":
      return { metadata: metadataOf(fields) };
    case "ServiceAccount":
      return { metadata: metadataOf(fields) };
    case "Secret":
      return compact({ metadata: metadataOf(fields), data: mapOf(fields, 2, "base64"), type: stringOf(fields, 3), stringData: mapOf(fields, 4, "utf8") });
    case "ConfigMap":
      return compact({ metadata: metadataOf(fields), data: mapOf(fields, 2, "utf8"), binaryData: mapOf(fields, 3, "base64") });
    case "DeleteOptions":
      return deleteOptions(fields);
    case "Eviction":
      return compact({ metadata: metadataOf(fields), deleteOptions: optional(messageOf(fields, 2), deleteOptions) });
    case "SelfSubjectAccessReview":
      return { metadata: {}, spec: accessReviewSpec(messageOf(fields, 2)) };
    case "SelfSubjectRulesReview":
      return { metadata: {}, spec: compact({ namespace: optional(messageOf(fields, 2), (spec) => stringOf(spec, 1)) }) };
    case "SelfSubjectReview":
      return { metadata: {} };
    case "Event":
      return undefined;
    // Anything else has JSON in every kubectl, or is not created by hand.
  }
  return undefined;
}

function metadataOf(fields: Fields): JsonRecord {
  const meta = messageOf(fields, 1);
  if (meta === undefined) return {};
  return compact({ name: stringOf(meta, 1), generateName: stringOf(meta, 2), namespace: stringOf(meta, 3), labels: mapOf(meta, 11, "utf8"), annotations: mapOf(meta, 12, "utf8") });
}

function deleteOptions(fields: Fields): JsonRecord {
  const preconditions = optional(messageOf(fields, 2), (message) => compact({ uid: stringOf(message, 1) }));
  const dryRun = stringsOfField(fields, 5);
  return compact({ gracePeriodSeconds: numberOfField(fields, 1), preconditions, propagationPolicy: stringOf(fields, 4), dryRun: dryRun.length === 0 ? undefined : dryRun });
}

function accessReviewSpec(spec: Fields | undefined): JsonRecord {
  if (spec === undefined) return {};
  const resource = optional(messageOf(spec, 1), (fields) =>
    compact({ namespace: stringOf(fields, 1), verb: stringOf(fields, 2), group: stringOf(fields, 3), version: stringOf(fields, 4), resource: stringOf(fields, 5), subresource: stringOf(fields, 6), name: stringOf(fields, 7) }),
  );
  const other = optional(messageOf(spec, 2), (fields) => compact({ path: stringOf(fields, 1), verb: stringOf(fields, 2) }));
  return compact({ resourceAttributes: resource, nonResourceAttributes: other });
}

function optional<T>(fields: Fields | undefined, read: (fields: Fields) => T): T | undefined {
  return fields === undefined ? undefined : read(fields);
}

function compact(record: JsonRecord): JsonRecord {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined && value !== ""));
}
