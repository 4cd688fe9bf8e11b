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
