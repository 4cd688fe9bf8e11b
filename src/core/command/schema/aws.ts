import { CHOICES } from "../../aws/keeping.ts";
import { OUTPUT_FORMATS } from "../../aws/answer.ts";
import { judgeQuery } from "../../aws/query/judgeQuery.ts";
import type { Engine } from "../operation.ts";
import { always, args, flags, flagText, leftToBinary, type Call, type CallProblem, type CommandSpec, type ToolSpec, type Verdict } from "./spec.ts";

const TRANSFER = ["recursive", "dryrun", "quiet", "only-show-errors", "no-progress", "include=*", "exclude=*"];
/** How an uploaded object is kept. */
const KEEPING = ["acl=", "sse=+", "sse-kms-key-id=", "storage-class=", "content-type=", "content-encoding=", "cache-control="];
const TRANSFER_DETAILS = ["metadata=", "metadata-directive=", "expected-size=", "source-region=", "follow-symlinks", "no-follow-symlinks", "force-glacier-transfer", "request-payer=?", "page-size=", "checksum-algorithm=", "checksum-mode=", "grants=*", "website-redirect=", "expires=", "copy-props=", "ignore-glacier-warnings", "no-guess-mime-type", "delete", "size-only", "exact-timestamps"];
const ALL_TRANSFER = flags(...TRANSFER, ...KEEPING, ...TRANSFER_DETAILS);

const LIST_DETAILS = leftToBinary("starting-token=", "page-size=", "cli-input-json=");

const isRemote = (word: string | undefined): boolean => word?.startsWith("s3://") ?? false;

/** Copies between the store and this machine; inside the store the real tool also copies what is too large for one request. */
function copyEngine(call: Call): Engine {
  const [from, to] = call.positionals;
  return isRemote(from) !== isRemote(to) && hasKnownWords(call) ? s3Engine(call) : "delegated";
}

/** The tool refuses other words by itself, before it asks for anything. */
function hasKnownWords(call: Call): boolean {
  return Object.entries(CHOICES).every(([flag, words]) => {
    const word = flagText(call, flag);
    return word === undefined || words.includes(word);
  });
}

/** What S3's commands print has no form that could be queried. */
function s3Engine(call: Call): Engine {
  return call.flags["query"] === undefined ? "inProcess" : "delegated";
}

function judgeCopy(call: Call): Verdict {
  const [from, to] = call.positionals;
  if (call.flags["dryrun"] === true) return { risk: "read", why: "a dry run copies nothing" };
  if (isRemote(to)) return { risk: "change", why: `writes ${to ?? ""}; an object of that name is replaced`, undo: `aws s3 rm ${to ?? ""} (unless it was there before)` };
  return { risk: "read", why: `downloads ${from ?? ""} to a local file` };
}

function judgeSync(call: Call): Verdict {
  if (call.flags["dryrun"] === true) return { risk: "read", why: "a dry run copies nothing" };
  if (call.flags["delete"] === true) return { risk: "destroy", why: "--delete removes what the source does not have" };
  return judgeCopy(call);
}

/** Any other service: the operation's first word says what kind it is, as AWS names them. */
function judgeByName(call: Call): Verdict {
  const operation = call.positionals[1] ?? "";
  if (/^(?:send-command|invoke(?:-.*)?|start-automation-execution)$/.test(operation)) return { risk: "undetermined", why: `what ${operation} starts is not known` };
  if (/^test-(?:failover|migration)$/.test(operation)) return { risk: "change", why: `${operation} moves the service over` };
  if (/^(?:describe|list|get|head|lookup|search|scan|query|batch-get|test|validate|estimate|preview|filter|tail|wait|ls|presign)(?:-|$)/.test(operation)) return { risk: "read", why: `${operation} only reads` };
  if (/^(?:delete|terminate|purge|remove|deregister|revoke|destroy|batch-delete|rb|rm|mv|release|expire|abort|schedule-key-deletion)(?:-|$)/.test(operation)) return { risk: "destroy", why: `${operation} removes something for good` };
  if (/^(?:create|put|update|modify|change|start|stop|reboot|set|attach|detach|associate|disassociate|enable|disable|register|tag|untag|add|copy|run|restore|promote|failover|import|export|send|publish|invoke|mb|switchover|apply|reset)(?:-|$)/.test(operation)) return { risk: "change", why: `${operation} changes something` };
  return { risk: "undetermined", why: `what ${call.positionals.slice(0, 2).join(" ")} does is not known` };
}

/** Other formats (YAML), coloured tables, and queries that give fractions are the real tool's. */
function apiEngine(call: Call): Engine {
  const [output, query] = [flagText(call, "output"), flagText(call, "query")];
  const isPrinted = output === undefined || OUTPUT_FORMATS.some((format) => format === output);
  return isPrinted && flagText(call, "color") !== "on" && (query === undefined || judgeQuery(query).kind !== "delegated") ? "inProcess" : "delegated";
}

/** One page in process, or all; the token with which `--max-items` lets a cut list go on is the real tool's own. */
function listEngine(call: Call): Engine {
  const isOnePage = Object.keys(call.flags).some((name) => name === "no-paginate" || name === "marker" || name.startsWith("start-record-"));
  return call.flags["max-items"] !== undefined && !isOnePage ? "delegated" : apiEngine(call);
}

/** Finds flags that the call cannot do without (input from JSON may hold them), and a query that cannot be read. */
function needs(...names: readonly string[]): (call: Call) => readonly CallProblem[] {
  return (call) => {
    const missing = call.flags["cli-input-json"] === undefined ? names.filter((name) => call.flags[name] === undefined) : [];
    return [...missing.map((name): CallProblem => ({ code: "missing-argument", facts: { command: `aws ${call.verb}`, argument: `--${name}` } })), ...queryProblems(call)];
  };
}

function queryProblems(call: Call): readonly CallProblem[] {
  const query = flagText(call, "query");
  const verdict = query === undefined ? undefined : judgeQuery(query);
  return verdict?.kind === "unreadable" ? [{ code: "invalid-query", facts: { detail: verdict.why }, at: "query" }] : [];
}

const COMMANDS: readonly CommandSpec[] = [
  { verb: "s3 ls", summary: "Lists buckets, or objects under a prefix.", flags: flags("recursive", "human-readable", "summarize", "page-size=", ...leftToBinary("request-payer=?", "bucket-name-prefix=", "bucket-region=")), args: args("[s3://BUCKET/PREFIX]", 0, 1), engine: s3Engine, judge: always("read", "lists objects"), check: queryProblems },
  { verb: "s3 cp", summary: "Copies objects down or files up, one or (--recursive) a tree.", flags: flags(...TRANSFER, ...KEEPING, ...leftToBinary(...TRANSFER_DETAILS)), args: args("FROM TO", 2, 2), engine: copyEngine, judge: judgeCopy, check: queryProblems },
  { verb: "s3 sync", summary: "Makes one tree like another.", flags: ALL_TRANSFER, args: args("FROM TO", 2, 2), engine: "delegated", judge: judgeSync },
  { verb: "s3 mv", summary: "Moves objects.", flags: ALL_TRANSFER, args: args("FROM TO", 2, 2), engine: "delegated", judge: always("destroy", "the object at the source is gone afterwards") },
  { verb: "s3 rm", summary: "Deletes objects.", flags: ALL_TRANSFER, args: args("s3://BUCKET/KEY", 1, 1), engine: "delegated", judge: (call) => (call.flags["dryrun"] === true ? { risk: "read", why: "a dry run deletes nothing" } : { risk: "destroy", why: "deletes objects" }) },
  { verb: "sts get-caller-identity", summary: "Says which account and role you are.", flags: [], args: args("", 0, 0), engine: apiEngine, judge: always("read", "asks who you are"), check: queryProblems },
  { verb: "route53 list-hosted-zones", summary: "Lists the account's DNS zones.", flags: flags("max-items=", "marker=", ...leftToBinary("delegation-set-id=", "hosted-zone-type="), ...LIST_DETAILS), args: args("", 0, 0), engine: listEngine, judge: always("read", "lists DNS zones"), check: queryProblems },
  { verb: "route53 list-resource-record-sets", summary: "Lists the records of a DNS zone.", flags: flags("hosted-zone-id=", "max-items=", "start-record-name=", "start-record-type=", "start-record-identifier=", ...LIST_DETAILS), args: args("", 0, 0), engine: listEngine, judge: always("read", "lists DNS records"), check: needs("hosted-zone-id") },
  { verb: "route53 change-resource-record-sets", summary: "Changes DNS records.", flags: flags("hosted-zone-id=", "change-batch=", "!cli-input-json="), args: args("", 0, 0), engine: apiEngine, judge: always("destroy", "sends every user elsewhere; the former records are replaced, and caches keep the new ones until they run out", "Apply the former records again."), check: needs("hosted-zone-id", "change-batch") },
  { verb: "route53 get-change", summary: "Says whether a change of DNS records has reached all servers.", flags: flags("id="), args: args("", 0, 0), engine: apiEngine, judge: always("read", "asks for a change's state"), check: needs("id") },
  { verb: "route53 wait resource-record-sets-changed", summary: "Waits until a change of DNS records has reached all servers.", flags: flags("id="), args: args("", 0, 0), engine: apiEngine, judge: always("read", "only waits"), waits: () => true, check: needs("id") },
];

function bucketOf(call: Call): string | undefined {
  const address = call.positionals.find(isRemote);
  return address === undefined ? undefined : /^s3:\/\/([^/]*)/.exec(address)?.[1];
}

/** The AWS command line. S3 listing and copying are in process; every other service goes to the real tool. */
export const AWS: ToolSpec = {
  tool: "aws",
  style: "pflag",
  flags: flags("profile=", "region=", "output=", "no-cli-pager", "no-paginate", "color=", "query=", ...leftToBinary("endpoint-url=", "no-verify-ssl", "no-sign-request", "debug", "cli-read-timeout=", "cli-connect-timeout=", "ca-bundle=")),
  commands: COMMANDS,
  fallback: { verb: "", summary: "Any other service; the operation's first word says what it does.", flags: [], args: args("SERVICE OPERATION …", 1), engine: "delegated", judge: judgeByName, check: queryProblems },
  destination: (call) => ({ kind: "aws", profile: flagText(call, "profile"), region: flagText(call, "region"), bucket: bucketOf(call) }),
};
