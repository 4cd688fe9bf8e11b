/** A message's fields by number: varints as numbers, the rest as bytes, in the order received. */
export type Fields = ReadonlyMap<number, readonly (number | Buffer)[]>;

/** Reads the protobuf wire format; `undefined` where the bytes are not one whole message. */
export function fieldsOf(bytes: Buffer): Fields | undefined {
  const fields = new Map<number, (number | Buffer)[]>();
  let offset = 0;
  while (offset < bytes.length) {
    const tag = varint(bytes, offset);
    if (tag === undefined) return undefined;
    const item = value(bytes, tag.next, tag.value & 7);
    if (item === undefined) return undefined;
    offset = item.next;
    const list = fields.get(tag.value >>> 3) ?? [];
    list.push(item.value);
    fields.set(tag.value >>> 3, list);
  }
  return fields;
}

function value(bytes: Buffer, at: number, wireType: number): { value: number | Buffer; next: number } | undefined {
  if (wireType === 0) return varint(bytes, at);
  const prefix = wireType === 2 ? varint(bytes, at) : undefined;
  const length = wireType === 1 ? 8 : wireType === 5 ? 4 : prefix?.value;
  if (length === undefined) return undefined;
  const start = prefix?.next ?? at;
  if (start + length > bytes.length) return undefined;
  return { value: bytes.subarray(start, start + length), next: start + length };
}

function varint(bytes: Buffer, at: number): { value: number; next: number } | undefined {
  let result = 0;
  let scale = 1;
  for (let index = at; index < bytes.length && index < at + 10; index += 1) {
    const byte = bytes[index] ?? 0;
    result += (byte & 127) * scale;
    scale *= 128;
    if (byte < 128) return { value: result, next: index + 1 };
  }
  return undefined;
}

/** A bytes field; `undefined` when absent. */
export function bytesOf(fields: Fields, number: number): Buffer | undefined {
  const item = fields.get(number)?.[0];
  return Buffer.isBuffer(item) ? item : undefined;
}

/** A string field; `undefined` when absent or empty, as protobuf does not tell them apart. */
export function stringOf(fields: Fields, number: number): string | undefined {
  const text = bytesOf(fields, number)?.toString();
  return text === "" ? undefined : text;
}

/** A repeated string field. */
export function stringsOfField(fields: Fields, number: number): string[] {
  return (fields.get(number) ?? []).filter((item) => Buffer.isBuffer(item)).map((item) => item.toString());
}

/** A varint field. */
export function numberOfField(fields: Fields, number: number): number | undefined {
  const item = fields.get(number)?.[0];
  return typeof item === "number" ? item : undefined;
}

/** A message field. */
export function messageOf(fields: Fields, number: number): Fields | undefined {
  const bytes = bytesOf(fields, number);
  return bytes === undefined ? undefined : fieldsOf(bytes);
}

/** A map field with string keys; `undefined` when empty. */
export function mapOf(fields: Fields, number: number, encoding: "utf8" | "base64"): Record<string, string> | undefined {
  const entries = (fields.get(number) ?? []).flatMap((item) => {
    const entry = Buffer.isBuffer(item) ? fieldsOf(item) : undefined;
    return entry === undefined ? [] : [[stringOf(entry, 1) ?? "", bytesOf(entry, 2)?.toString(encoding) ?? ""] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
