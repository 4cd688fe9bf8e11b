/** What no two clusters have alike, and what each becomes. */
const CHANCE: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/gu, "CERTIFICATE"],
  [/containerd:\/\/[\w-]+/gu, "containerd://ID"],
  [/start exec "[\w-]+"/gu, 'start exec "ID"'],
  [/[\w./:-]+@sha256:[0-9a-f]{64}/gu, "IMAGE-ID"],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gu, "UID"],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| ?[+-]\d\d:?\d\d)?/gu, "TIME"],
  [/\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000/gu, "TIME"],
  [/\b[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ /gu, "LOG "],
  [/\bhttps?:\/\/(?:127\.0\.0\.1|localhost):\d+/gu, "ADDRESS"],
  [/\b(?:127\.0\.0\.1|10\.\d+\.\d+\.\d+)\b/gu, "IP"],
  [/((?:resourceVersion|generation)"?: "?|Resource Version: *|resourceVersion=)\d+/gu, "$1N"],
  [/((?:pod-template-hash|controller-revision-hash|pod-template-generation)"?[=:] *"?)[a-z0-9-]+/gu, "$1HASH"],
  // Names of pods, of what their templates are hashed to, and of events: the alphabet of generated names has no vowels.
  [/\b(web|app)-[bcdfghjklmnpqrstvwxz2456789]{6,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\b/gu, "$1-HASH-POD"],
  [/\b(web|app|db|agent)-[bcdfghjklmnpqrstvwxz2456789]{8,10}\b/gu, "$1-HASH"],
  [/\b(agent|db)-(?:[bcdfghjklmnpqrstvwxz2456789]{5}|[0-9a-f]{5})\b/gu, "$1-POD"],
  [/\b(?:kube-api-access|default-token|robot-token)-[a-z0-9]{5}\b/gu, "TOKEN-VOLUME"],
  [/\b((?:web|app|db|agent|large|one)[\w-]*)\.[0-9a-f]{16}\b/gu, "$1.EVENT"],
  [/(?<=[\s(])\d+[smhd](?:\d+[smhd])?(?=[\s)]|$)/gmu, "AGE"],
  [/\/tmp\/[\w./-]+/gu, "/tmp/FILE"],
];

/** The text without times, ages, generated names, UIDs, versions of objects and addresses, and without the widths of columns that hold them. */
export function plainText(text: string): string {
  const replaced = CHANCE.reduce((rest, [pattern, word]) => rest.replaceAll(pattern, word), text);
  return replaced.split("\n").map((line) => line.replaceAll(/(?<=\S)(?: {2,}|\t+ *)/gu, "  ").trimEnd()).join("\n");
}
