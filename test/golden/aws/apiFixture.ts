import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/** Requests and answers of AWS services other than S3, against a server that answers as they do and keeps what it is asked. */
export interface ApiCase {
  readonly name: string;
  readonly args: readonly string[];
  /** What the person's environment says besides the credentials, and their `~/.aws/config`. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly config?: string;
  /** What the server answers, in order; the last one again and again. */
  readonly answers: readonly { readonly status: number; readonly body: string }[];
}

export interface ApiResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What was sent: method, path and body. */
  readonly sent: readonly { readonly method: string; readonly path: string; readonly body: string }[];
}

export const API_FILES: Readonly<Record<string, string>> = {
  "failover.json": JSON.stringify({ Comment: "to the other region", Changes: [{ Action: "UPSERT", ResourceRecordSet: { Name: "api.shop.test.", Type: "CNAME", TTL: 60, ResourceRecords: [{ Value: "dr.shop.test" }] } }, { Action: "UPSERT", ResourceRecordSet: { Name: "www.shop.test.", Type: "A", AliasTarget: { HostedZoneId: "Z2", DNSName: "lb & co", EvaluateTargetHealth: false } } }] }, undefined, 2),
  "broken.json": "{",
};

const ROUTE53 = 'xmlns="https://route53.amazonaws.com/doc/2013-04-01/"';
const change = (kind: string, status: string): string => `<?xml version="1.0" encoding="UTF-8"?>\n<${kind} ${ROUTE53}><ChangeInfo><Id>/change/C2682N5HXP0BZ4</Id><Status>${status}</Status><SubmittedAt>2026-02-01T12:00:00.123Z</SubmittedAt><Comment>to the &quot;other&quot; region</Comment></ChangeInfo></${kind}>`;
const refusal = (code: string, message: string): string => `<?xml version="1.0"?>\n<ErrorResponse ${ROUTE53}><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`;
const identity = '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/oncall/me</Arn><UserId>AROAX:me</UserId><Account>123456789012</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>';
const stsRefusal = '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message></Error><RequestId>r</RequestId></ErrorResponse>';

const RECORDS = ["route53", "list-resource-record-sets", "--hosted-zone-id"];
const page = (kind: string, content: string): string => `<?xml version="1.0" encoding="UTF-8"?>\n<${kind}Response ${ROUTE53}>${content}</${kind}Response>`;
const recordPage = (records: string, rest: string): string => page("ListResourceRecordSets", `<ResourceRecordSets>${records}</ResourceRecordSets>${rest}<MaxItems>300</MaxItems>`);
const LAST = "<IsTruncated>false</IsTruncated>";
const cname = "<ResourceRecordSet><Name>api.shop.test.</Name><Type>CNAME</Type><TTL>60</TTL><ResourceRecords><ResourceRecord><Value>primary.shop.test</Value></ResourceRecord></ResourceRecords></ResourceRecordSet>";
const text = '<ResourceRecordSet><Name>\\052.shop.test.</Name><Type>TXT</Type><TTL>300</TTL><ResourceRecords><ResourceRecord><Value>"v=spf1 &lt;a&gt; &amp; é"</Value></ResourceRecord><ResourceRecord><Value>"two"</Value></ResourceRecord></ResourceRecords></ResourceRecordSet>';
// Every kind of record, its fields in another order than the tool prints them.
const records = [
  "<ResourceRecordSet><Name>www.shop.test.</Name><Type>A</Type><SetIdentifier>us-east-1</SetIdentifier><Failover>PRIMARY</Failover><AliasTarget><HostedZoneId>Z2</HostedZoneId><DNSName>lb.test.</DNSName><EvaluateTargetHealth>true</EvaluateTargetHealth></AliasTarget><HealthCheckId>h-1</HealthCheckId></ResourceRecordSet>",
  "<ResourceRecordSet><TTL>0</TTL><Weight>10</Weight><Name>w.shop.test.</Name><Type>A</Type><SetIdentifier>a (1)</SetIdentifier><ResourceRecords><ResourceRecord><Value>192.0.2.1</Value></ResourceRecord></ResourceRecords></ResourceRecordSet>",
  "<ResourceRecordSet><Name>g.shop.test.</Name><Type>A</Type><SetIdentifier>eu</SetIdentifier><GeoLocation><ContinentCode>EU</ContinentCode></GeoLocation><MultiValueAnswer>true</MultiValueAnswer><TTL>60</TTL><ResourceRecords/><CidrRoutingConfig><CollectionId>c</CollectionId><LocationName>l</LocationName></CidrRoutingConfig></ResourceRecordSet>",
  "<ResourceRecordSet><Name>p.shop.test.</Name><Type>A</Type><SetIdentifier>near</SetIdentifier><GeoProximityLocation><Bias>-5</Bias><Coordinates><Latitude>1.0</Latitude><Longitude>2.0</Longitude></Coordinates></GeoProximityLocation><TTL>60</TTL></ResourceRecordSet>",
].join("\n  ");
const nextRecord = "<IsTruncated>true</IsTruncated><NextRecordName>\\052.shop.test.</NextRecordName><NextRecordType>TXT</NextRecordType><NextRecordIdentifier>a (1)*</NextRecordIdentifier>";
const zone = (id: string, more: string): string => `<HostedZone><Id>/hostedzone/${id}</Id><Name>shop.test.</Name><CallerReference>r &amp; d</CallerReference>${more}<ResourceRecordSetCount>5</ResourceRecordSetCount></HostedZone>`;
const zonePage = (zones: string, rest: string): string => page("ListHostedZones", `<HostedZones>${zones}</HostedZones>${rest}<MaxItems>1</MaxItems>`);

const CHANGE = ["route53", "change-resource-record-sets", "--hosted-zone-id"];
const ok = (body: string): ApiCase["answers"] => [{ status: 200, body }];

/** A call with each of several ways to print what it answers. */
function printing(name: string, args: readonly string[], answers: ApiCase["answers"], ways: Readonly<Record<string, readonly string[]>>): readonly ApiCase[] {
  return Object.entries(ways).map(([way, flags]) => ({ name: `${name}-${way}`, args: [...args, ...flags], answers }));
}

const [asText, asTable] = [["--output", "text"], ["--output", "table"]] as const;
const GET_CHANGE = ["route53", "get-change", "--id", "C1"];
const wideName = `${"a-very-long-name-of-a-record-".repeat(3)}é.shop.test.`;
const wide = `<ResourceRecordSet><Name>${wideName}</Name><Type>A</Type><TTL>60</TTL></ResourceRecordSet>`;

const OUTPUT_CASES: readonly ApiCase[] = [
  ...printing("identity", ["sts", "get-caller-identity"], ok(identity), {
    text: asText, table: asTable, "account-text": ["--query", "Account", ...asText], "account-json": ["--query", "Account"], "account-table": ["--query", "Account", ...asTable], "account-first": ["--query", "Account", "--output=text", "--region", "eu-west-1", "--color", "off"],
    "none-text": ["--query", "Nope", ...asText], "none-json": ["--query", "Nope"], "none-table": ["--query", "Nope", ...asTable], "nothing-json": ["--query", "`{}`"], "nothing-text": ["--query", "`[]`", ...asText],
    "list-text": ["--query", "[Account, Arn, Nope]", ...asText], "list-table": ["--query", "[Account, Arn, Nope]", ...asTable], "object-text": ["--query", "{b: Account, a: Arn}", ...asText], "object-table": ["--query", "{b: Account, a: Arn}", ...asTable], "one-field-table": ["--query", "{Account: Account}", ...asTable],
    "length-text": ["--query", "length(Account)", ...asText], "length-json": ["--query", "length(Account)"], "bool-text": ["--query", "Account == '123456789012'", ...asText], "bool-table": ["--query", "Account == '123456789012'", ...asTable], "false-table": ["--query", "Account == '1'", ...asTable],
    "unfinished-query": ["--query", "Account["], "empty-query": ["--query", ""], "dash-query": ["--query", "my-account", ...asText], "single-equals": ["--query", "[Account][?@='x']"], "wrong-kind": ["--query", "abs(Account)"], "unknown-function": ["--query", "lower(Account)", ...asTable], "wrong-count": ["--query", "length(Account, Arn)"], "colour-off": [...asTable, "--color", "off"],
  }),
  { name: "identity-expired-queried", args: ["sts", "get-caller-identity", "--query", "Account", ...asText], answers: [{ status: 403, body: stsRefusal }] },
  ...printing("change", [...CHANGE, "Z1", "--change-batch", "file://failover.json"], ok(change("ChangeResourceRecordSetsResponse", "PENDING")), { "id-text": ["--query", "ChangeInfo.Id", ...asText], text: asText, table: asTable, "unreadable-query": ["--query", "ChangeInfo.[Id"], "wrong-kind": ["--query", "sum(ChangeInfo.Id)"] }),
  ...printing("get-change", GET_CHANGE, ok(change("GetChangeResponse", "INSYNC")), { "status-text": ["--query", "ChangeInfo.Status", ...asText], text: asText, table: asTable, "status-json": ["--query", "ChangeInfo.{s: Status, at: SubmittedAt}"] }),
  ...printing("wait", ["route53", "wait", "resource-record-sets-changed", "--id", "C1"], ok(change("GetChangeResponse", "INSYNC")), { text: asText, "queried": ["--query", "ChangeInfo"], "unreadable-query": ["--query", "["] }),
  ...printing("records-of-every-kind", [...RECORDS, "Z1"], ok(recordPage(records, LAST)), {
    text: asText, table: asTable, "first-text": ["--query", "ResourceRecordSets[0]", ...asText], "first-table": ["--query", "ResourceRecordSets[0]", ...asTable], "names-text": ["--query", "ResourceRecordSets[].Name", ...asText], "names-table": ["--query", "ResourceRecordSets[].Name", ...asTable], "pairs-text": ["--query", "ResourceRecordSets[].[Name,TTL]", ...asText], "pairs-table": ["--query", "ResourceRecordSets[].[Name,TTL]", ...asTable], "objects-table": ["--query", "ResourceRecordSets[*].{N:Name,T:TTL,W:Weight}", ...asTable], "objects-text": ["--query", "ResourceRecordSets[*].{N:Name,T:TTL,W:Weight}", ...asText],
    "values-text": ["--query", "ResourceRecordSets[].ResourceRecords[].Value", ...asText], "records-text": ["--query", "ResourceRecordSets[].ResourceRecords", ...asText], "records-table": ["--query", "ResourceRecordSets[].ResourceRecords", ...asTable], "nested-text": ["--query", "ResourceRecordSets[*].[Name,ResourceRecords[].Value]", ...asText], "nested-table": ["--query", "ResourceRecordSets[*].[Name,ResourceRecords[].Value]", ...asTable], "uneven-table": ["--query", "[['a','b'],['c']]", ...asTable], "mixed-text": ["--query", "[ResourceRecordSets[0], 'x', ['y']]", ...asText], "mixed-table": ["--query", "[ResourceRecordSets[0], 'x']", ...asTable], "mixed-list-table": ["--query", "[ResourceRecordSets[0], ['x']]", ...asTable], "mixed-number-table": ["--query", "[ResourceRecordSets[0], `1`]", ...asTable], "scalars-then-object-table": ["--query", "['x', ResourceRecordSets[0]]", ...asTable], "where-json": ["--query", "ResourceRecordSets[?Type=='A' && TTL > `0`].Name"], "booleans-text": ["--query", "ResourceRecordSets[].[MultiValueAnswer, AliasTarget.EvaluateTargetHealth]", ...asText], "alias-table": ["--query", "ResourceRecordSets[].AliasTarget", ...asTable], "deep-table": ["--query", "{a: {b: {c: ResourceRecordSets[0].AliasTarget, d: 'x'}}, e: [['f']]}", ...asTable], "deep-text": ["--query", "{a: {b: {c: ResourceRecordSets[0].AliasTarget, d: 'x'}}, e: [['f']]}", ...asText],
  }),
  ...printing("records", [...RECORDS, "Z1"], ok(recordPage(`${cname}${text}`, LAST)), { text: asText, table: asTable, "old-literal": ["--query", "ResourceRecordSets[?Name == `api.shop.test.`].ResourceRecords[0].Value", ...asText], "none-text": ["--query", "ResourceRecordSets[?Name == 'x']", ...asText], "none-json": ["--query", "ResourceRecordSets[?Name == 'x']"], "none-table": ["--query", "ResourceRecordSets[?Name == 'x']", ...asTable] }),
  ...printing("records-empty", [...RECORDS, "Z1"], ok(recordPage("", LAST)), { text: asText, table: asTable }),
  ...printing("records-wide", [...RECORDS, "Z1"], ok(recordPage(wide, LAST)), { table: asTable, "two-table": ["--query", "ResourceRecordSets[].[Name,Type,TTL]", ...asTable] }),
  ...printing("records-two-wide", [...RECORDS, "Z1"], ok(recordPage(`${wide}${cname}`, LAST)), { table: asTable }),
  ...printing("records-pages", [...RECORDS, "Z1"], [{ status: 200, body: recordPage(cname, nextRecord) }, { status: 200, body: recordPage(text, LAST) }], { text: asText, table: asTable, "count-text": ["--query", "length(ResourceRecordSets)", ...asText], "count-json": ["--query", "length(ResourceRecordSets)"] }),
  ...printing("records-one-page", [...RECORDS, "Z1", "--no-paginate"], ok(recordPage(cname, nextRecord)), { text: asText, table: asTable, "next-text": ["--query", "NextRecordName", ...asText] }),
  { name: "records-second-page-refused-text", args: [...RECORDS, "Z1", ...asText], answers: [{ status: 200, body: recordPage(cname, nextRecord) }, { status: 403, body: refusal("AccessDenied", "User: x is not authorized") }] },
  ...printing("zones", ["route53", "list-hosted-zones"], ok(zonePage(`${zone("Z1", "<Config><Comment>of the shop</Comment><PrivateZone>false</PrivateZone></Config>")}${zone("Z2", "")}`, LAST)), { text: asText, table: asTable, "id-text": ["--query", "HostedZones[?Name=='shop.test.'].Id | [0]", ...asText], "public-text": ["--query", "HostedZones[?Config.PrivateZone==`false`].[Id,Name]", ...asText] }),
  { name: "identity-environment-text", args: ["sts", "get-caller-identity"], environment: { AWS_DEFAULT_OUTPUT: "text" }, config: "[default]\noutput = table\n", answers: ok(identity) },
  { name: "identity-flag-over-environment", args: ["sts", "get-caller-identity", "--output", "json"], environment: { AWS_DEFAULT_OUTPUT: "text" }, answers: ok(identity) },
  { name: "identity-profile-table", args: ["sts", "get-caller-identity"], config: "[profile default]\nregion = us-east-1\ns3 =\n  output = text\noutput=table\n[profile other]\noutput = text\n", answers: ok(identity) },
  { name: "identity-named-profile", args: ["sts", "get-caller-identity"], environment: { AWS_PROFILE: "on call" }, config: "# output = table\n[default]\noutput = table\n\n[profile 'on call']\noutput = text\n", answers: ok(identity) },
];

export const API_CASES: readonly ApiCase[] = [
  { name: "identity", args: ["sts", "get-caller-identity"], answers: ok(identity) },
  { name: "identity-expired", args: ["sts", "get-caller-identity"], answers: [{ status: 403, body: stsRefusal }] },
  { name: "change", args: [...CHANGE, "Z1", "--change-batch", "file://failover.json"], answers: ok(change("ChangeResourceRecordSetsResponse", "PENDING")) },
  { name: "change-inline", args: [...CHANGE, "/hostedzone/Z1", "--change-batch", '{"Changes":[{"Action":"DELETE","ResourceRecordSet":{"Name":"a","Type":"TXT","TTL":1,"ResourceRecords":[{"Value":"\\"<x>\\""}]}}]}'], answers: ok(change("ChangeResourceRecordSetsResponse", "PENDING")) },
  { name: "change-missing-file", args: [...CHANGE, "Z1", "--change-batch", "file://nowhere.json"], answers: [] },
  { name: "change-broken-file", args: [...CHANGE, "Z1", "--change-batch", "file://broken.json"], answers: [] },
  { name: "change-no-zone", args: [...CHANGE, "Z1", "--change-batch", "file://failover.json"], answers: [{ status: 404, body: refusal("NoSuchHostedZone", "No hosted zone found with ID: Z1") }] },
  { name: "change-invalid", args: [...CHANGE, "Z1", "--change-batch", "file://failover.json"], answers: [{ status: 400, body: refusal("InvalidChangeBatch", "[RRSet with DNS name a. is not permitted in zone b.]") }] },
  { name: "get-change", args: ["route53", "get-change", "--id", "/change/C2682N5HXP0BZ4"], answers: ok(change("GetChangeResponse", "INSYNC")) },
  { name: "wait", args: ["route53", "wait", "resource-record-sets-changed", "--id", "C2682N5HXP0BZ4"], answers: ok(change("GetChangeResponse", "INSYNC")) },
  { name: "records", args: [...RECORDS, "/hostedzone/Z1"], answers: ok(recordPage(`${cname}${text}`, LAST)) },
  { name: "records-of-every-kind", args: [...RECORDS, "Z1", "--output", "json"], answers: ok(recordPage(records, LAST)) },
  { name: "records-none", args: [...RECORDS, "Z1"], answers: ok(recordPage("", LAST)) },
  { name: "records-pages", args: [...RECORDS, "Z1"], answers: [{ status: 200, body: recordPage(cname, nextRecord) }, { status: 200, body: recordPage(text, LAST) }] },
  { name: "records-first-page", args: [...RECORDS, "Z1", "--no-paginate"], answers: ok(recordPage(cname, nextRecord)) },
  { name: "records-from", args: [...RECORDS, "Z1", "--start-record-name", "api.shop.test (old)", "--start-record-type", "CNAME", "--max-items", "1"], answers: ok(recordPage(cname, nextRecord)) },
  { name: "records-no-zone", args: [...RECORDS, "Z1"], answers: [{ status: 404, body: refusal("NoSuchHostedZone", "No hosted zone found with ID: Z1") }] },
  { name: "records-second-page-refused", args: [...RECORDS, "Z1"], answers: [{ status: 200, body: recordPage(cname, nextRecord) }, { status: 403, body: refusal("AccessDenied", "User: x is not authorized") }] },
  { name: "zones", args: ["route53", "list-hosted-zones"], answers: [{ status: 200, body: zonePage(zone("Z1", "<Config><Comment>of the shop</Comment><PrivateZone>false</PrivateZone></Config>"), "<IsTruncated>true</IsTruncated><NextMarker>Z2</NextMarker>") }, { status: 200, body: zonePage(zone("Z2", "<LinkedService><ServicePrincipal>s</ServicePrincipal></LinkedService><Config><PrivateZone>true</PrivateZone></Config>"), LAST) }] },
  { name: "zones-from", args: ["route53", "list-hosted-zones", "--marker", "Z0", "--max-items", "1"], answers: ok(zonePage(zone("Z1", ""), `<Marker>Z0</Marker>${LAST}`)) },
  { name: "records-throttled-once", args: [...RECORDS, "Z1"], answers: [{ status: 400, body: refusal("Throttling", "Rate exceeded") }, { status: 200, body: recordPage(cname, LAST) }] },
  { name: "records-throttled", args: [...RECORDS, "Z1"], answers: [{ status: 400, body: refusal("Throttling", "Rate exceeded") }] },
  { name: "records-server-in-trouble", args: [...RECORDS, "Z1"], answers: [{ status: 503, body: refusal("ServiceUnavailable", "Try later") }] },
  { name: "change-throttled-once", args: [...CHANGE, "Z1", "--change-batch", "file://failover.json"], answers: [{ status: 400, body: refusal("PriorRequestNotComplete", "busy") }, { status: 200, body: change("ChangeResourceRecordSetsResponse", "PENDING") }] },
  { name: "wait-throttled-once", args: ["route53", "wait", "resource-record-sets-changed", "--id", "C1"], answers: [{ status: 400, body: refusal("Throttling", "Rate exceeded") }, { status: 200, body: change("GetChangeResponse", "INSYNC") }] },
  { name: "wait-refused", args: ["route53", "wait", "resource-record-sets-changed", "--id", "C1"], answers: [{ status: 404, body: refusal("NoSuchChange", "Could not find resource with ID: C1") }] },
  ...OUTPUT_CASES,
];

/** Gives the person whose home the folder is a configuration. */
export function writeAwsConfig(home: string, config: string): void {
  mkdirSync(join(home, ".aws"));
  writeFileSync(join(home, ".aws", "config"), config);
}

export async function startApiServer(golden: ApiCase): Promise<{ readonly endpoint: string; readonly sent: ApiResult["sent"]; close(): void }> {
  const sent: { method: string; path: string; body: string }[] = [];
  const server: Server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      sent.push({ method: request.method ?? "", path: request.url ?? "", body });
      const answer = golden.answers[Math.min(sent.length, golden.answers.length) - 1] ?? { status: 500, body: "" };
      response.writeHead(answer.status, { "content-type": "text/xml" }).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    sent,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
