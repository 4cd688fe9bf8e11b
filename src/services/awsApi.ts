import { createHash, createHmac } from "node:crypto";
import { AWS_ATTEMPTS } from "../core/aws/apiFailure.ts";
import type { AwsApiAnswer, AwsApiPort, AwsApiRequest, HttpPort } from "../core/ports.ts";
import { xmlText } from "../core/aws/xml.ts";
import { messageOf, RuntimeError } from "../core/runtimeError.ts";
import { outputFormatOf } from "./awsProfile.ts";
import { sleepReal } from "./clock.ts";

export interface AwsApiOptions {
  /** Another endpoint than AWS's own, for every service. */
  readonly endpoint?: string;
  /** `undefined`: from the environment or profile, else `us-east-1`. */
  readonly region?: string;
  readonly profile?: string;
  /** Given, nothing is looked up. A drill gives them. */
  readonly credentials?: Credentials;
  readonly http: HttpPort;
}

const CONNECT_MS = 3000;
/** As long as the AWS command line waits for a byte. */
const SILENCE_MS = 60_000;
/** botocore's lists for its standard mode (botocore/retries/standard.py). */
const THROTTLED = new Set([
  "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "TooManyRequestsException", "ProvisionedThroughputExceededException", "TransactionInProgressException",
  "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled", "SlowDown", "PriorRequestNotComplete", "EC2ThrottledException",
]);
const TRANSIENT = new Set([500, 502, 503, 504]);

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** AWS services by signed HTTP requests (Signature Version 4). Credentials are looked up by the SDK's own chain, which is loaded at the first request. */
export function createAwsApi(options: AwsApiOptions): AwsApiPort {
  return {
    request: async (request, signal) => {
      const { credentials, region } = await identityOf(options);
      const { url, signingRegion } = addressOf(request, options.endpoint, region);
      const body = request.body === undefined ? undefined : new TextEncoder().encode(request.body);
      for (let attempt = 1; ; attempt += 1) {
        const headers = signed(request, url, signingRegion, credentials, new Date());
        const response = await options.http.request({ method: request.method, url: url.href, headers, body, insecure: false, resolve: [], connectTimeoutMs: CONNECT_MS, silenceMs: SILENCE_MS }, signal);
        const decoder = new TextDecoder();
        let text = "";
        for await (const chunk of response.body) text += decoder.decode(chunk, { stream: true });
        const answer = { status: response.status, text };
        const mayRepeat = isWorthRepeating(request, answer);
        if (!mayRepeat || attempt === AWS_ATTEMPTS) return { ...answer, isGivenUp: mayRepeat };
        await sleepReal(Math.random() * 1000 * 2 ** (attempt - 1), signal);
      }
    },
    // Who gives credentials gives everything: what this machine's person likes is not asked.
    outputFormat: async () => (options.credentials === undefined ? outputFormatOf(options.profile, process.env) : undefined),
  };
}

/** A request that was refused for its rate did nothing. One that met a server in trouble may have, so only reads are made again then. */
function isWorthRepeating({ method }: AwsApiRequest, { status, text }: Pick<AwsApiAnswer, "status" | "text">): boolean {
  if (THROTTLED.has(xmlText(text, "Code") ?? "") || status === 429) return true;
  return method === "GET" && TRANSIENT.has(status);
}

async function identityOf(options: AwsApiOptions): Promise<{ readonly credentials: Credentials; readonly region: string }> {
  if (options.credentials !== undefined) return { credentials: options.credentials, region: options.region ?? "us-east-1" };
  const { S3Client } = await import("@aws-sdk/client-s3");
  const client = new S3Client({ ...(options.region === undefined ? {} : { region: options.region }), ...(options.profile === undefined ? {} : { profile: options.profile }) });
  try {
    const credentials = await client.config.credentials();
    // Route 53 and the global STS endpoint need no region; a missing one must not keep them from answering.
    const region = options.region ?? (await client.config.region().catch(() => "us-east-1"));
    return { credentials, region };
  } catch (cause) {
    throw new RuntimeError("signInNeeded", `Signing in to AWS: ${messageOf(cause)}`, { hint: "Sign in with the AWS command line (aws sso login), then run the statement again.", cause });
  } finally {
    client.destroy();
  }
}

/** Route 53 has one endpoint, signed for us-east-1; STS one a region. */
function addressOf(request: AwsApiRequest, endpoint: string | undefined, region: string): { readonly url: URL; readonly signingRegion: string } {
  switch (request.service) {
    case "route53":
      return { url: new URL(request.path, endpoint ?? "https://route53.amazonaws.com"), signingRegion: "us-east-1" };
    case "sts":
      return { url: new URL(request.path, endpoint ?? `https://sts.${region}.amazonaws.com`), signingRegion: region };
  }
}

function signed(request: AwsApiRequest, url: URL, region: string, credentials: Credentials, now: Date): readonly (readonly [string, string])[] {
  const stamp = now.toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const day = stamp.slice(0, 8);
  const scope = `${day}/${region}/${request.service}/aws4_request`;
  const token = credentials.sessionToken === undefined ? [] : ([["x-amz-security-token", credentials.sessionToken]] as const);
  const type = request.contentType === undefined ? [] : ([["content-type", request.contentType]] as const);
  const headers = [...type, ["host", url.host] as const, ["x-amz-date", stamp] as const, ...token];
  const names = headers.map(([name]) => name).join(";");
  const query = url.search.slice(1).split("&").sort().join("&");
  const canonical = [request.method, url.pathname, query, ...headers.map(([name, value]) => `${name}:${value}`), "", names, sha256(request.body ?? "")].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", stamp, scope, sha256(canonical)].join("\n");
  const key = [day, region, request.service, "aws4_request"].reduce((secret: string | Buffer, part) => hmac(secret, part), `AWS4${credentials.secretAccessKey}`);
  const signature = createHmac("sha256", key).update(toSign).digest("hex");
  return [...headers, ["authorization", `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`] as const];
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
