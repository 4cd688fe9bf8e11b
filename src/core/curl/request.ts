import type { HttpRequest } from "../ports.ts";
import type { CurlCall } from "./options.ts";

/** Name and version that in-process calls send unless `-A` says otherwise. */
const USER_AGENT = "curl/8.5.0 (dr-runbook)";

/** The first request of a call: method, headers and body as curl derives them. */
export function buildRequest(call: CurlCall, address: string, body: Uint8Array | undefined): HttpRequest {
  const isQuery = call.has("get") && body !== undefined;
  const url = isQuery ? withQuery(address, new TextDecoder().decode(body)) : address;
  const sent = isQuery ? undefined : body;
  const method = call.value("request") ?? (call.has("head") ? "HEAD" : sent === undefined ? "GET" : "POST");
  return { method, url: url.replace(/#.*$/, ""), headers: buildHeaders(call, sent !== undefined), body: sent, insecure: call.has("insecure"), resolve: call.values("resolve"), ...connectLimit(call) };
}

function connectLimit(call: CurlCall): { readonly connectTimeoutMs?: number } {
  const seconds = Number(call.value("connect-timeout"));
  return seconds > 0 ? { connectTimeoutMs: seconds * 1000 } : {};
}

function withQuery(address: string, query: string): string {
  const [base = "", fragment] = address.split("#");
  // curl writes the escapes of a query in lower case.
  const lower = query.replaceAll(/%[\dA-F]{2}/g, (escape) => escape.toLowerCase());
  return `${base}${base.includes("?") ? "&" : "?"}${lower}${fragment === undefined ? "" : `#${fragment}`}`;
}

/** Defaults first, then `-H`: `Name: value` replaces, `Name:` removes, `Name;` sends it empty. */
function buildHeaders(call: CurlCall, hasBody: boolean): readonly (readonly [string, string])[] {
  const headers: (readonly [string, string])[] = [["User-Agent", call.value("user-agent") ?? USER_AGENT], ["Accept", "*/*"]];
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined) headers.push([name, value]);
  };
  const user = call.value("user");
  if (user !== undefined) add("Authorization", `Basic ${base64(user.includes(":") ? user : `${user}:`)}`);
  const bearer = call.value("oauth2-bearer");
  if (bearer !== undefined) add("Authorization", `Bearer ${bearer}`);
  add("Cookie", call.value("cookie"));
  add("Referer", call.value("referer"));
  if (hasBody) {
    const isJson = call.data.some((item) => item.kind === "json");
    add("Content-Type", isJson ? "application/json" : "application/x-www-form-urlencoded");
    if (isJson) headers[1] = ["Accept", "application/json"];
  }
  for (const given of call.values("header")) {
    const [, name = "", mark = "", value = ""] = /^([^:;]+)([:;])\s*([\s\S]*?)\s*$/.exec(given) ?? [];
    if (name === "") continue;
    const isReplaced = (other: readonly [string, string]): boolean => other[0].toLowerCase() === name.toLowerCase() && !isGiven(call, other);
    for (let index = headers.length - 1; index >= 0; index -= 1) {
      const header = headers[index];
      if (header !== undefined && isReplaced(header)) headers.splice(index, 1);
    }
    if (value !== "" || mark === ";") headers.push([name, value]);
  }
  return headers;
}

/** Whether a header came from an earlier `-H`: the same name may be given twice. */
function isGiven(call: CurlCall, [name, value]: readonly [string, string]): boolean {
  return call.values("header").some((given) => given.replace(/\s+/g, "") === `${name}:${value}`.replace(/\s+/g, ""));
}

function base64(text: string): string {
  return btoa([...new TextEncoder().encode(text)].map((byte) => String.fromCharCode(byte)).join(""));
}

/** The request that follows a redirect: POST becomes GET where curl does that; credentials stay with their host. */
export function followRedirect(request: HttpRequest, status: number, location: string, isMethodNamed: boolean): HttpRequest {
  const url = new URL(location, request.url);
  const isPostToGet = !isMethodNamed && ((status === 303 && request.method !== "HEAD") || ((status === 301 || status === 302) && request.method === "POST"));
  const isSameHost = url.host === new URL(request.url).host;
  const dropped = new Set([...(isPostToGet ? ["content-type"] : []), ...(isSameHost ? [] : ["authorization", "cookie"])]);
  const isBodyDropped = isPostToGet || status === 303;
  return {
    ...request,
    url: url.href,
    method: isPostToGet ? "GET" : request.method,
    body: isBodyDropped ? undefined : request.body,
    headers: request.headers.filter(([name]) => !dropped.has(name.toLowerCase())),
  };
}
