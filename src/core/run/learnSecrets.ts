/** Below this many characters a value says too little: masking it everywhere would make output unreadable. */
const MIN_LENGTH = 6;
/** From here on a value is taken for a secret whatever its key is called. */
const LONG = 16;
const SECRET_KEY = /pass|pwd|token|secret|key|credential|private/i;

/**
 * The values of the Kubernetes Secrets in an API answer (one object or a list) that are worth hiding wherever they turn up later.
 * User names and other short values under harmless keys stay readable.
 */
export function secretValuesIn(json: string): readonly string[] {
  const answer: unknown = JSON.parse(json);
  const objects = isRecord(answer) && Array.isArray(answer["items"]) ? answer["items"].filter(isRecord) : isRecord(answer) ? [answer] : [];
  return objects.flatMap((object) => valuesOf(object["data"]));
}

function valuesOf(data: unknown): readonly string[] {
  if (!isRecord(data)) return [];
  return Object.entries(data).flatMap(([key, value]) => {
    if (typeof value !== "string") return [];
    const plain = decode(value);
    return plain !== undefined && (plain.length >= LONG || (plain.length >= MIN_LENGTH && SECRET_KEY.test(key))) ? [plain] : [];
  });
}

/** Text of a base64 value; `undefined` for bytes that are no text. */
function decode(value: string): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(atob(value), (character) => character.codePointAt(0) ?? 0));
  } catch {
    // Not base64, or not UTF-8: a keystore, say. Its base64 is masked by its place in the object.
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
