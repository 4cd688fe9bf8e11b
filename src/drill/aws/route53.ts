import { randomBytes } from "node:crypto";
import { childText, parseXml, type XmlElement } from "../../core/aws/xml.ts";
import type { XmlContent } from "../s3/xml.ts";
import type { DnsRecord } from "../world/description.ts";
import { plain, type Dns, type DnsChange } from "../world/dns.ts";
import { AwsRefusal, type AwsAnswer } from "./answer.ts";

/** Namespace of Route 53's documents. */
export const ROUTE53_NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/";

/** Records of one answer at most. */
const MAX_RECORDS = 300;

/** A request to Route 53 that has been let in. */
export interface Route53Request {
  readonly method: string;
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Answers `ChangeResourceRecordSets`, `ListResourceRecordSets`, `ListHostedZones`, `GetHostedZone` and `GetChange`. Throws `AwsRefusal`. */
export function answerRoute53(dns: Dns, request: Route53Request): AwsAnswer {
  const { method, path, query } = request;
  const [, zone, records] = /^\/2013-04-01\/hostedzone\/([^/]+)(\/rrset)?\/?$/.exec(path) ?? [];
  const change = /^\/2013-04-01\/change\/([^/]+)$/.exec(path)?.[1];
  if (method === "GET" && change !== undefined) return { root: "GetChangeResponse", content: { ChangeInfo: changeInfo(dns, change) } };
  if (method === "GET" && path === "/2013-04-01/hostedzone") return { root: "ListHostedZonesResponse", content: { HostedZones: { HostedZone: dns.zones().map((id) => hostedZone(dns, id)) }, IsTruncated: false, MaxItems: 100 } };
  if (zone === undefined) throw new AwsRefusal(404, "UnknownOperationException", `${method} ${path} is no operation of this service.`);
  const known = dns.recordsOf(zone);
  if (known === undefined) throw new AwsRefusal(404, "NoSuchHostedZone", `No hosted zone found with ID: ${zone}`);
  if (method === "POST" && records !== undefined) return acceptChanges(dns, zone, request.body);
  if (records !== undefined) return { root: "ListResourceRecordSetsResponse", content: recordPage(known, query) };
  return { root: "GetHostedZoneResponse", content: { HostedZone: hostedZone(dns, zone) } };
}

function hostedZone(dns: Dns, id: string): XmlContent {
  return { Id: `/hostedzone/${id}`, Name: `${dns.nameOf(id) ?? ""}.`, CallerReference: id, Config: { PrivateZone: false }, ResourceRecordSetCount: dns.recordsOf(id)?.length ?? 0 };
}

/** At most `maxitems` records, from the first on that is not before the `name` and `type` asked for. */
function recordPage(records: readonly DnsRecord[], query: Route53Request["query"]): XmlContent {
  const [name, type, items] = ["name", "type", "maxitems"].map((key) => query.get(key));
  if (type !== undefined && name === undefined) throw new AwsRefusal(400, "InvalidInput", "The input is not valid: a type to start with needs a name.");
  if (items !== undefined && !/^[1-9]\d*$/.test(items)) throw new AwsRefusal(400, "InvalidInput", `The input is not valid: maxitems is a number from 1 on, not ${items}.`);
  const count = Math.min(Number(items ?? MAX_RECORDS), MAX_RECORDS);
  const from = name === undefined ? "" : sortKey({ name: plain(name), type: type ?? "" });
  const rest = sorted(records).filter((record) => sortKey(record) >= from);
  const next = rest[count];
  const more = next === undefined ? {} : { NextRecordName: `${next.name}.`, NextRecordType: next.type };
  return { ResourceRecordSets: { ResourceRecordSet: rest.slice(0, count).map(recordElement) }, IsTruncated: next !== undefined, ...more, MaxItems: count };
}

function acceptChanges(dns: Dns, zone: string, body: string): AwsAnswer {
  const batch = parseXml(body)?.children.find((child) => child.name === "ChangeBatch");
  const changes = batch?.children.find((child) => child.name === "Changes")?.children.map(readChange);
  if (batch === undefined || changes === undefined || changes.length === 0) throw new AwsRefusal(400, "InvalidInput", "The request has no change batch that can be read.");
  const problems = problemsOf(dns, zone, changes);
  // As AWS lists them: the whole batch is refused for one of them.
  if (problems.length > 0) throw new AwsRefusal(400, "InvalidChangeBatch", `[${problems.join(", ")}]`);
  const id = `C${randomBytes(12).toString("base64url").replaceAll(/[-_]/g, "0").toUpperCase().slice(0, 13)}`;
  dns.accept(zone, changes, childText(batch, "Comment"), { id });
  return { root: "ChangeResourceRecordSetsResponse", content: { ChangeInfo: changeInfo(dns, id) } };
}

function readChange(element: XmlElement): DnsChange {
  const action = childText(element, "Action") ?? "";
  const set = element.children.find((child) => child.name === "ResourceRecordSet");
  const [name, type, ttl] = ["Name", "Type", "TTL"].map((field) => (set === undefined ? undefined : childText(set, field)));
  if (action !== "CREATE" && action !== "UPSERT" && action !== "DELETE") throw new AwsRefusal(400, "InvalidInput", `Invalid XML ; cvc-enumeration-valid: Value '${action}' is not facet-valid with respect to enumeration '[CREATE, DELETE, UPSERT]'.`);
  if (name === undefined || type === undefined) throw new AwsRefusal(400, "InvalidInput", "A resource record set has no name or no type.");
  const values = set?.children.find((child) => child.name === "ResourceRecords")?.children.flatMap((record) => childText(record, "Value") ?? []) ?? [];
  if (values.length === 0 || ttl === undefined) throw new AwsRefusal(400, "InvalidInput", "This world has plain resource records only: give TTL and ResourceRecords.");
  return { action, record: { name: plain(name), type, ttlMs: Number(ttl) * 1000, values } };
}

/** What keeps a batch from being accepted, in AWS's words. */
function problemsOf(dns: Dns, zone: string, changes: readonly DnsChange[]): readonly string[] {
  const domain = dns.nameOf(zone) ?? "";
  const known = dns.recordsOf(zone) ?? [];
  return changes.flatMap(({ action, record }) => {
    const described = `[name='${record.name}.', type='${record.type}']`;
    const there = known.find((other) => other.name === record.name && other.type === record.type);
    const others = known.filter((other) => other.name === record.name && other.type !== record.type);
    if (record.name !== domain && !record.name.endsWith(`.${domain}`)) return [`RRSet with DNS name ${record.name}. is not permitted in zone ${domain}.`];
    if (action === "CREATE" && there !== undefined) return [`Tried to create resource record set ${described} but it already exists`];
    if (action === "DELETE" && there === undefined) return [`Tried to delete resource record set ${described} but it was not found`];
    if (action === "DELETE" && (there?.ttlMs !== record.ttlMs || there.values.join() !== record.values.join())) return [`Tried to delete resource record set ${described} but the values provided do not match the current values`];
    const isMixed = action !== "DELETE" && (record.type === "CNAME" ? others.length > 0 : others.some((other) => other.type === "CNAME"));
    return isMixed ? [`RRSet of type ${record.type} with DNS name ${record.name}. is not permitted as it conflicts with other records with the same DNS name in zone ${domain}.`] : [];
  });
}

function changeInfo(dns: Dns, id: string): XmlContent {
  const batch = dns.batch(id);
  if (batch === undefined) throw new AwsRefusal(404, "NoSuchChange", `Could not find resource with ID: ${id}`);
  return { Id: `/change/${id}`, Status: batch.status, SubmittedAt: new Date(batch.submittedAt).toISOString(), Comment: batch.comment };
}

function recordElement({ name, type, ttlMs, values }: DnsRecord): XmlContent {
  return { Name: `${name}.`, Type: type, TTL: ttlMs / 1000, ResourceRecords: { ResourceRecord: values.map((Value) => ({ Value })) } };
}

/** By the labels from the right, as Route 53 lists them. */
function sorted(records: readonly DnsRecord[]): readonly DnsRecord[] {
  return records.toSorted((left, right) => (sortKey(left) < sortKey(right) ? -1 : 1));
}

function sortKey({ name, type }: Pick<DnsRecord, "name" | "type">): string {
  return `${name.split(".").reverse().join(".")} ${type}`;
}
