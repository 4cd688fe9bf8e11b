import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Requests and answers of AWS services other than S3, against a server that answers as they do and keeps what it is asked. */
export interface ApiCase {
  readonly name: string;
  readonly args: readonly string[];
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

const CHANGE = ["route53", "change-resource-record-sets", "--hosted-zone-id"];
const ok = (body: string): ApiCase["answers"] => [{ status: 200, body }];

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
  { name: "wait-refused", args: ["route53", "wait", "resource-record-sets-changed", "--id", "C1"], answers: [{ status: 404, body: refusal("NoSuchChange", "Could not find resource with ID: C1") }] },
];

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
