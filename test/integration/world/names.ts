import assert from "node:assert/strict";
import { awsExecutors } from "../../../src/core/aws/executors.ts";
import { planOperation, wordsOf } from "../../../src/core/command/planOperation.ts";
import type { AwsApiPort } from "../../../src/core/ports.ts";
import type { WorldState } from "../../../src/core/protocol.ts";
import { createAwsApi } from "../../../src/services/awsApi.ts";
import { createHttpPort } from "../../../src/services/http.ts";
import { controlWorld } from "../../../src/services/worldControl.ts";
import { RuntimeError } from "../../../src/core/runtimeError.ts";
import { runTool, toolPorts } from "../s3/toolHarness.ts";

const NEVER = new AbortController().signal;
const NAMESPACE = "https://route53.amazonaws.com/doc/2013-04-01/";

/** What a user's request by name came to: a status, or why there was none (`connect`, `resolve`). */
export interface Reached {
  readonly status: number;
  readonly failed: string | undefined;
  readonly body: unknown;
}

/** The outside of a world: host names as DNS resolves them now, and Route 53. */
export class Names {
  readonly #state: WorldState;

  constructor(state: WorldState) {
    this.#state = state;
  }

  /** Asks an application by its host name, as users do. */
  async ask(host: string, path: string, request: { readonly token?: string; readonly body?: unknown } = {}): Promise<Reached> {
    const http = createHttpPort({ world: (name) => controlWorld(this.#state, "resolve", { host: name }) });
    const headers = [["content-type", "application/json"] as const, ...(request.token === undefined ? [] : [["authorization", `Bearer ${request.token}`] as const])];
    const body = request.body === undefined ? undefined : new TextEncoder().encode(JSON.stringify(request.body));
    try {
      const response = await http.request({ method: body === undefined ? "GET" : "POST", url: `https://${host}${path}`, headers, body, insecure: false, resolve: [] }, NEVER);
      let text = "";
      for await (const chunk of response.body) text += new TextDecoder().decode(chunk);
      return { status: response.status, failed: undefined, body: /^[[{]/u.test(text) ? (JSON.parse(text) as unknown) : text };
    } catch (error) {
      if (error instanceof RuntimeError) return { status: 0, failed: error.facts["reason"] ?? error.code, body: undefined };
      throw error;
    }
  }

  /** Places an order of the test account; the status of the order. */
  async order(host: string): Promise<number> {
    const login = await this.ask(host, "/api/auth/login", { body: { username: "testuser", password: "testpass" } });
    assert.equal(login.status, 200, JSON.stringify(login));
    const { token } = login.body as { readonly token: string };
    return (await this.ask(host, "/api/orders", { token, body: { items: [{ productId: 1, quantity: 1 }] } })).status;
  }

  /** Points a name at another; the id of the change. */
  async point(name: string, value: string, ttl = 60): Promise<string> {
    const body = `<ChangeResourceRecordSetsRequest xmlns="${NAMESPACE}"><ChangeBatch><Changes><Change><Action>UPSERT</Action><ResourceRecordSet><Name>${name}</Name><Type>CNAME</Type><TTL>${ttl}</TTL><ResourceRecords><ResourceRecord><Value>${value}</Value></ResourceRecord></ResourceRecords></ResourceRecordSet></Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>`;
    const { status, text } = await this.aws("POST", "/2013-04-01/hostedzone/Z1234567890ABC/rrset/", body);
    assert.equal(status, 200, text);
    return /<Id>\/change\/(\w+)<\/Id>/u.exec(text)?.[1] ?? "";
  }

  /** Whether a change is on all name servers. */
  async isInSync(id: string): Promise<boolean> {
    return (await this.aws("GET", `/2013-04-01/change/${id}`)).text.includes("<Status>INSYNC</Status>");
  }

  /** What a list of `aws route53` prints. */
  async list(...words: readonly string[]): Promise<Readonly<Record<string, readonly Readonly<Record<string, unknown>>[] | undefined>>> {
    const { operation } = planOperation(wordsOf(["aws", "route53", ...words]));
    const executor = awsExecutors[operation.verb];
    assert.ok(executor !== undefined && operation.engine === "inProcess");
    const { exitCode, stdout, stderr } = await runTool(executor, operation, toolPorts({ awsApi: this.#api() }));
    assert.equal(exitCode, 0, stderr);
    return JSON.parse(stdout) as Awaited<ReturnType<Names["list"]>>;
  }

  aws(method: "GET" | "POST", path: string, body?: string): Promise<{ readonly status: number; readonly text: string }> {
    return this.#api().request({ service: "route53", method, path, ...(body === undefined ? {} : { contentType: "application/xml", body }) }, NEVER);
  }

  #api(): AwsApiPort {
    const { accessKeyId, secretAccessKey } = this.#state.s3;
    return createAwsApi({ region: "us-east-1", credentials: { accessKeyId, secretAccessKey }, http: createHttpPort({ world: this.#state.hosts }) });
  }
}
