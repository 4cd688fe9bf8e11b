import { readCurlUrl } from "../../curl/url.ts";
import { isMeasured } from "../../curl/writeOut.ts";
import type { Engine } from "../operation.ts";
import { worseRisk } from "../plan.ts";
import { judgePodWrite } from "../podWrites.ts";
import { args, flags, flagText, hasFlag, leftToBinary, type Call, type ToolSpec, type Verdict } from "./spec.ts";

/** The method of a curl call, as curl derives it. */
export function curlMethod(call: Pick<Call, "flags">): string {
  const named = flagText(call, "request");
  if (named !== undefined) return named.toUpperCase();
  if (hasFlag(call, "head")) return "HEAD";
  if (hasFlag(call, "get")) return "GET";
  if (hasFlag(call, "upload-file")) return "PUT";
  return ["data", "data-raw", "data-binary", "data-urlencode", "data-ascii", "json", "form"].some((name) => hasFlag(call, name)) ? "POST" : "GET";
}

/** The address of a curl call, with the scheme that curl would add; `""` where there is none. */
export function curlUrl(call: Pick<Call, "flags" | "positionals">): string {
  const url = flagText(call, "url") ?? call.positionals[0] ?? "";
  return url === "" || /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}`;
}

function judge(call: Call): Verdict {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(curlUrl(call))?.[1]?.toLowerCase();
  // dict:// and gopher:// send any words to any server: a whole FLUSHALL to Redis.
  if (scheme !== undefined && scheme !== "http" && scheme !== "https") return { risk: "undetermined", why: `what ${scheme} asks of the server is not known` };
  const asked = judgeMethod(curlMethod(call));
  return call.place === "local" ? asked : writtenFiles(call).reduce((worst, path) => {
    const written = judgePodWrite(path);
    return worseRisk(written.risk, worst.risk) === worst.risk ? worst : written;
  }, asked);
}

function judgeMethod(method: string): Verdict {
  if (method === "GET" || method === "HEAD" || method === "OPTIONS") return { risk: "read", why: `${method} only reads` };
  return { risk: "change", why: `${method} asks the server to change something` };
}

/** Files of a pod that curl writes there. With `-O` the address names it. */
function writtenFiles(call: Call): readonly string[] {
  const named = ["output", "dump-header", "cookie-jar"].flatMap((name) => flagText(call, name) ?? []);
  return hasFlag(call, "remote-name") ? [...named, curlUrl(call).replace(/^.*\//, "")] : named;
}

/** A set or range of addresses, and times that nothing here measures, are the real binary's. */
function curlEngine(call: Call): Engine {
  const isGlob = readCurlUrl(curlUrl(call), hasFlag(call, "globoff")).kind === "glob";
  return isGlob || !isMeasured(flagText(call, "write-out") ?? "") ? "delegated" : "inProcess";
}

/** curl, in process. */
export const CURL: ToolSpec = {
  tool: "curl",
  style: "getopt",
  wantsWholeNames: true,
  flags: [],
  commands: [
    {
      verb: "",
      summary: "Sends one HTTP request.",
      flags: flags("X,request=", "H,header=*", "d,data=*", "data-raw=*", "data-binary=*", "data-urlencode=*", "data-ascii=*", "json=*", "G,get", "I,head", "s,silent", "S,show-error", "f,fail", "fail-with-body", "o,output=", "w,write-out=", "L,location", "k,insecure", "m,max-time=", "connect-timeout=", "u,user=", "A,user-agent=", "b,cookie=", "i,include", ...leftToBinary("v,verbose", "F,form=*", "T,upload-file=", "O,remote-name", "c,cookie-jar=", "x,proxy=", "noproxy=", "E,cert=", "key=", "Z,parallel", "retry-max-time=", "compressed", "4,ipv4", "6,ipv6", "0,http1.0", "http2", "tlsv1.2", "tlsv1.3"), "retry=", "retry-delay=", "retry-connrefused", "retry-all-errors", "resolve=*", "cacert=", "e,referer=", "g,globoff", "http1.1", "url=", "no-progress-meter", "N,no-buffer", "q,disable", "oauth2-bearer=", "max-redirs=", "D,dump-header=", "create-dirs", "#,progress-bar", "path-as-is"),
      args: args("URL", 0, 1),
      engine: curlEngine,
      judge,
      check: (call) => (curlUrl(call) === "" ? [{ code: "missing-argument", facts: { command: "curl", argument: "an address" } }] : []),
    },
  ],
  destination: (call) => ({ kind: "http", url: curlUrl(call) }),
};
