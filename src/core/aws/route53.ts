import { parseJson, type Json } from "../kubectl/json.ts";
import type { FilePort, Stdio } from "../ports.ts";
import { answering } from "./answer.ts";
import { failApi, REFUSED } from "./apiFailure.ts";
import { flagText, writeText } from "./failure.ts";
import { baseName } from "./paths.ts";
import { xmlElement, xmlText } from "./xml.ts";

const NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/";
const POLL_MS = 30_000;
const MAX_POLLS = 60;

/** `aws route53 change-resource-record-sets`: sends a change batch from the command line or a file. */
export const changeRecords = answering(async ({ operation, io, ports, api, print, signal }) => {
  // Ids are given bare or with their path: `/hostedzone/Z1`, `/change/C1`.
  const zone = baseName(flagText(operation, "hosted-zone-id") ?? "");
  const batch = await readBatch(flagText(operation, "change-batch") ?? "", ports.files, io);
  if (typeof batch === "number") return batch;
  const body = `<ChangeResourceRecordSetsRequest xmlns="${NAMESPACE}">${xmlElement("ChangeBatch", batch.value)}</ChangeResourceRecordSetsRequest>`;
  const answer = await api.request({ service: "route53", method: "POST", path: `/2013-04-01/hostedzone/${encodeURIComponent(zone)}/rrset/`, contentType: "application/xml", body }, signal);
  if (answer.status >= 300) return await failApi(io, "ChangeResourceRecordSets", answer);
  await print("ChangeResourceRecordSets", { ChangeInfo: changeInfo(answer.text) });
  return 0;
});

/** `aws route53 get-change`: how far a change is. */
export const getChange = answering(async ({ operation, io, api, print, signal }) => {
  const answer = await api.request({ service: "route53", method: "GET", path: changePath(flagText(operation, "id") ?? "") }, signal);
  if (answer.status >= 300) return await failApi(io, "GetChange", answer);
  await print("GetChange", { ChangeInfo: changeInfo(answer.text) });
  return 0;
});

/** `aws route53 wait resource-record-sets-changed`: asks every 30 seconds of the run's time, 60 times at most. */
export const waitForChange = answering(async ({ operation, io, ports, api, signal }) => {
  for (let poll = 1; ; poll += 1) {
    const { status, text } = await api.request({ service: "route53", method: "GET", path: changePath(flagText(operation, "id") ?? "") }, signal);
    if (status >= 300) {
      const [code, message] = [xmlText(text, "Code") ?? String(status), xmlText(text, "Message") ?? "Unknown"];
      await writeText(io.stderr, `\nWaiter ResourceRecordSetsChanged failed: An error occurred (${code}): ${message}\n`);
      return REFUSED;
    }
    if (xmlText(text, "Status") === "INSYNC") return 0;
    if (poll >= MAX_POLLS) {
      await writeText(io.stderr, "\nWaiter ResourceRecordSetsChanged failed: Max attempts exceeded\n");
      return REFUSED;
    }
    await ports.clock.sleep(POLL_MS, signal);
  }
});

function changePath(id: string): string {
  return `/2013-04-01/change/${encodeURIComponent(baseName(id))}`;
}

function changeInfo(xml: string): Readonly<Record<string, string>> {
  return Object.fromEntries(["Id", "Status", "SubmittedAt", "Comment"].flatMap((name) => {
    const value = xmlText(xml, name);
    return value === undefined ? [] : [[name, value] as const];
  }));
}

/** The change batch, or the exit code after saying why there is none. */
async function readBatch(given: string, files: FilePort, io: Stdio): Promise<{ readonly value: Json } | number> {
  const path = /^file:\/\/(.*)$/s.exec(given)?.[1];
  let text = given;
  if (path !== undefined) {
    if ((await files.exists(path)) !== "file") {
      await writeText(io.stderr, `\nError parsing parameter '--change-batch': Unable to load paramfile ${given}: [Errno 2] No such file or directory: '${path}'\n`);
      return REFUSED;
    }
    const decoder = new TextDecoder();
    text = "";
    for await (const chunk of await files.read(path)) text += decoder.decode(chunk, { stream: true });
  }
  const value = parseJson(text);
  if (value !== undefined) return { value };
  // The tool gives Python's reason, which no other parser words alike.
  await writeText(io.stderr, `\nError parsing parameter '--change-batch': Invalid JSON: it cannot be read\nJSON received: ${text}\n`);
  return REFUSED;
}
