import type { Operation } from "../command/operation.ts";
import { at, isJsonList, isObject, type Json, type JsonObject } from "../kubectl/json.ts";
import { RuntimeError } from "../runtimeError.ts";
import { answering, type AwsCall } from "./answer.ts";
import { failApi } from "./apiFailure.ts";
import { flagText, hasFlag } from "./failure.ts";
import { baseName } from "./paths.ts";
import { parseXml } from "./xml.ts";
import { xmlValue, type XmlShape } from "./xmlShape.ts";

/** A list of Route 53, which comes in pages: each says which arguments ask for the next. */
interface PagedList {
  readonly operation: string;
  /** What the answers hold, in the order in which the tool prints it. */
  readonly shape: XmlShape;
  /** The list that is joined over the pages. */
  readonly result: string;
  /** Flags that ask for one page, by the name that the service gives them. With one of them the tool prints that page as it came. */
  readonly pageFlags: Readonly<Record<string, string>>;
  /** Where the next page begins: the service's name of the argument, and the field of the answer that it is taken from. */
  readonly next: Readonly<Record<string, string>>;
}

const RECORD_SETS: PagedList = {
  operation: "ListResourceRecordSets",
  shape: {
    fields: {
      ResourceRecordSets: {
        items: {
          fields: {
            Name: "text", Type: "text", SetIdentifier: "text", Weight: "number", Region: "text",
            GeoLocation: { fields: { ContinentCode: "text", CountryCode: "text", SubdivisionCode: "text" } },
            Failover: "text", MultiValueAnswer: "boolean", TTL: "number",
            ResourceRecords: { items: { fields: { Value: "text" } } },
            AliasTarget: { fields: { HostedZoneId: "text", DNSName: "text", EvaluateTargetHealth: "boolean" } },
            HealthCheckId: "text", TrafficPolicyInstanceId: "text",
            CidrRoutingConfig: { fields: { CollectionId: "text", LocationName: "text" } },
            GeoProximityLocation: { fields: { AWSRegion: "text", LocalZoneGroup: "text", Coordinates: { fields: { Latitude: "text", Longitude: "text" } }, Bias: "number" } },
          },
        },
      },
      IsTruncated: "boolean", NextRecordName: "text", NextRecordType: "text", NextRecordIdentifier: "text", MaxItems: "text",
    },
  },
  result: "ResourceRecordSets",
  pageFlags: { name: "start-record-name", type: "start-record-type", identifier: "start-record-identifier" },
  next: { name: "NextRecordName", type: "NextRecordType", identifier: "NextRecordIdentifier" },
};

const HOSTED_ZONES: PagedList = {
  operation: "ListHostedZones",
  shape: {
    fields: {
      HostedZones: {
        items: {
          fields: {
            Id: "text", Name: "text", CallerReference: "text", Config: { fields: { Comment: "text", PrivateZone: "boolean" } }, ResourceRecordSetCount: "number",
            LinkedService: { fields: { ServicePrincipal: "text", Description: "text" } },
            Features: { fields: { AcceleratedRecoveryStatus: "text", FailureReasons: { fields: { AcceleratedRecovery: "text" } } } },
          },
        },
      },
      Marker: "text", IsTruncated: "boolean", NextMarker: "text", MaxItems: "text",
    },
  },
  result: "HostedZones",
  pageFlags: { marker: "marker" },
  next: { marker: "NextMarker" },
};

/** `aws route53 list-resource-record-sets`: all records of a zone, or one page from a name on. */
export const listRecords = answering((call) => printList(RECORD_SETS, `/2013-04-01/hostedzone/${encodeURIComponent(baseName(flagText(call.operation, "hosted-zone-id") ?? ""))}/rrset`, call));

/** `aws route53 list-hosted-zones`: the zones of the account. */
export const listZones = answering((call) => printList(HOSTED_ZONES, "/2013-04-01/hostedzone", call));

/** Text is printed page by page, and a query answered of each; the other formats wait for the whole list. */
async function printList(list: PagedList, path: string, { operation, io, api, format, print, signal }: AwsCall): Promise<number> {
  const isOnePage = hasFlag(operation, "no-paginate") || Object.values(list.pageFlags).some((flag) => hasFlag(operation, flag));
  const given = isOnePage ? flagsOf(operation, { ...list.pageFlags, maxitems: "max-items" }) : {};
  const joined: Json[] = [];
  for (let from: Readonly<Record<string, string>> | undefined = given; from !== undefined; ) {
    const answer = await api.request({ service: "route53", method: "GET", path: withQuery(path, from) }, signal);
    if (answer.status >= 300) return await failApi(io, list.operation, answer);
    const page = readPage(list, answer.text);
    const items = page[list.result];
    joined.push(...(isJsonList(items) ? items : []));
    from = isOnePage ? undefined : nextPage(list, page);
    if (isOnePage) await print(list.operation, page);
    else if (format === "text") await print(list.operation, { [list.result]: joined.splice(0) });
    else if (from === undefined) await print(list.operation, { [list.result]: joined });
  }
  return 0;
}

function readPage(list: PagedList, text: string): JsonObject {
  const root = parseXml(text);
  const page = root === undefined ? undefined : xmlValue(root, list.shape);
  if (isObject(page)) return page;
  throw new RuntimeError("connectionLost", `Reading the answer of ${list.operation}: it is no XML`, { hint: "Something between here and AWS answered in its place: look at the proxy, then run the statement again." });
}

/** `undefined` after the last page. */
function nextPage(list: PagedList, page: JsonObject): Readonly<Record<string, string>> | undefined {
  if (at(page, "IsTruncated") !== true) return undefined;
  const next = Object.fromEntries(Object.entries(list.next).flatMap(([name, field]) => (typeof page[field] === "string" ? [[name, page[field]] as const] : [])));
  return Object.keys(next).length === 0 ? undefined : next;
}

function flagsOf(operation: Operation, names: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(names).flatMap(([name, flag]) => {
    const value = flagText(operation, flag);
    return value === undefined ? [] : [[name, value] as const];
  }));
}

function withQuery(path: string, query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${queryText(value)}`);
  return pairs.length === 0 ? path : `${path}?${pairs.join("&")}`;
}

/** Escapes what AWS wants escaped: everything but letters, digits and `-._~`. */
function queryText(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
