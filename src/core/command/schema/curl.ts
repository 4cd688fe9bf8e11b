import { args, flags, flagText, hasFlag, type Call, type ToolSpec, type Verdict } from "./spec.ts";

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
  const method = curlMethod(call);
  if (method === "GET" || method === "HEAD" || method === "OPTIONS") return { risk: "read", why: `${method} only reads` };
  return { risk: "change", why: `${method} asks the server to change something` };
}

/** curl, in process. */
export const CURL: ToolSpec = {
  tool: "curl",
  style: "getopt",
  flags: [],
  commands: [
    {
      verb: "",
      summary: "Sends one HTTP request.",
      flags: flags("X,request=", "H,header=*", "d,data=*", "data-raw=*", "data-binary=*", "data-urlencode=*", "data-ascii=*", "json=*", "G,get", "I,head", "s,silent", "S,show-error", "f,fail", "fail-with-body", "o,output=", "O,remote-name", "w,write-out=", "L,location", "k,insecure", "m,max-time=", "connect-timeout=", "u,user=", "A,user-agent=", "b,cookie=", "c,cookie-jar=", "x,proxy=", "noproxy=", "i,include", "v,verbose", "F,form=*", "T,upload-file=", "retry=", "retry-delay=", "retry-max-time=", "retry-connrefused", "retry-all-errors", "compressed", "resolve=*", "cacert=", "E,cert=", "key=", "e,referer=", "g,globoff", "4,ipv4", "6,ipv6", "0,http1.0", "http1.1", "http2", "url=", "no-progress-meter", "N,no-buffer", "q,disable", "oauth2-bearer=", "max-redirs=", "D,dump-header=", "tlsv1.2", "tlsv1.3", "create-dirs", "Z,parallel", "progress-bar", "path-as-is"),
      args: args("URL", 0, 1),
      engine: (call) => (["proxy", "form", "upload-file", "cookie-jar", "cert", "key", "parallel", "remote-name", "retry"].some((name) => hasFlag(call, name)) ? "delegated" : "inProcess"),
      judge,
      check: (call) => (curlUrl(call) === "" ? [{ code: "missing-argument", facts: { command: "curl", argument: "an address" } }] : []),
    },
  ],
  destination: (call) => ({ kind: "http", url: curlUrl(call) }),
};
