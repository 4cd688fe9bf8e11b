export interface ApplicationRequest {
  readonly method: string;
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  /** IP address of the client, as the load balancer hands it on, and its user agent. */
  readonly client: { readonly address: string; readonly agent: string };
  readonly authorization: string | undefined;
  /** Without parameters; `undefined` where the client names none. */
  readonly contentType: string | undefined;
  readonly body: string;
  /** How many requests of modelled traffic it stands for; left out: it is one. */
  readonly count?: number;
}

export interface ApplicationResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** World milliseconds until the client has it; left out: none. */
  readonly delayMs?: number;
}

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
