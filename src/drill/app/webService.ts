import type { ApplicationRequest, ApplicationResponse } from "./webApplication.ts";

/** Anything in the world that answers HTTP: an application, its gateway, a described service, Prometheus. */
export interface WebService {
  /** Answers one request. Never throws: what fails inside is the service's own error. */
  answer(request: ApplicationRequest): ApplicationResponse;
}

/** Where addresses lead. */
export interface WebDirectory {
  /** The service behind a host name of the world outside; `undefined` for a name that nothing answers. */
  host(name: string): WebService | undefined;
  /** The service of the cluster, as its other pods reach it; `undefined` where the world has none of that name that speaks HTTP. */
  service(namespace: string, name: string): WebService | undefined;
}

/** Where modelled customers and probes come from: an address of documentation (RFC 5737). */
const CLIENT = { address: "198.51.100.23", agent: "Mozilla/5.0" };

/** A GET as a probe or a client program sends it. */
export function getRequest(path: string): ApplicationRequest {
  const url = new URL(path, "http://loopback");
  return { method: "GET", path: url.pathname, query: new Map(url.searchParams), client: CLIENT, authorization: undefined, contentType: undefined, body: "" };
}
