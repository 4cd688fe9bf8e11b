import type { Executor, ObjectListPage, ObjectStorePort, ToolPorts } from "../ports.ts";
import { flagText, hasFlag, serviceRefusal, writeText } from "./failure.ts";
import { baseName, readS3Address } from "./paths.ts";

/** Exit code of the AWS command line (version 1) when the service refuses. */
const REFUSED = 255;

/** `aws s3 ls`: buckets, or what lies under a prefix. Dates are in the person's time zone, as the tool prints them. */
export const listObjects: Executor = async (operation, io, ports, signal) => {
  const store = await ports.objectStore(flagText(operation, "profile"), flagText(operation, "region"));
  const path = operation.positionals[0] ?? "s3://";
  const { bucket, key } = readS3Address(path.startsWith("s3://") ? path : `s3://${path}`) ?? { bucket: "", key: "" };
  const isHuman = hasFlag(operation, "human-readable");
  const print = (text: string): Promise<void> => writeText(io.stdout, text);
  const total = { objects: 0, bytes: 0, lines: 0 };
  try {
    if (bucket === "") {
      for (const found of await store.listBuckets(signal)) await print(`${localTime(found.createdAt, ports)} ${found.name}\n`);
    } else {
      const isRecursive = hasFlag(operation, "recursive");
      for await (const page of pages(store, bucket, key, isRecursive ? undefined : "/", signal)) {
        for (const prefix of page.prefixes) await print(`${"PRE".padStart(30)} ${prefix.split("/").at(-2) ?? ""}/\n`);
        for (const entry of page.objects) {
          const size = isHuman ? humanSize(entry.size) : String(entry.size);
          await print(`${localTime(entry.modifiedAt, ports)} ${size.padStart(10)} ${isRecursive ? entry.key : baseName(entry.key)}\n`);
          total.bytes += entry.size;
        }
        total.objects += page.objects.length;
        total.lines += page.objects.length + page.prefixes.length;
      }
    }
  } catch (error) {
    const refusal = serviceRefusal(error);
    if (refusal === undefined) throw error;
    await writeText(io.stderr, `\n${refusal.text}\n`);
    return REFUSED;
  }
  if (hasFlag(operation, "summarize")) await print(`\nTotal Objects: ${total.objects}\n   Total Size: ${isHuman ? humanSize(total.bytes) : String(total.bytes)}\n`);
  return key !== "" && total.lines === 0 ? 1 : 0;
};

async function* pages(store: ObjectStorePort, bucket: string, prefix: string, delimiter: string | undefined, signal: AbortSignal): AsyncGenerator<ObjectListPage> {
  let token: string | undefined;
  do {
    const page = await store.list({ bucket, prefix, delimiter, token }, signal);
    yield page;
    token = page.next;
  } while (token !== undefined);
}

function localTime(epochMs: number, ports: ToolPorts): string {
  return new Date(epochMs + ports.timeZoneOffsetMinutes(epochMs) * 60_000).toISOString().slice(0, 19).replace("T", " ");
}

/** `1 Byte`, `10 Bytes`, `1.0 KiB`: the AWS command line's `human_readable_size`. */
export function humanSize(bytes: number): string {
  if (bytes === 1) return "1 Byte";
  if (bytes < 1024) return `${bytes} Bytes`;
  const suffixes = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
  let value = bytes / 1024;
  let index = 0;
  while (Math.round(value) >= 1024 && index < suffixes.length - 1) {
    value /= 1024;
    index += 1;
  }
  return `${oneDecimal(value)} ${suffixes[index] ?? ""}`;
}

/** Python's `%.1f`, which rounds a tie to the even digit. */
function oneDecimal(value: number): string {
  const tenths = value * 10;
  const isTie = tenths - Math.floor(tenths) === 0.5;
  return isTie ? ((Math.floor(tenths) + (Math.floor(tenths) % 2)) / 10).toFixed(1) : value.toFixed(1);
}
