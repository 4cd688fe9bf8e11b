import { createHash, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { WorldClock } from "../contract.ts";
import { openDoor, type Door } from "../net/door.ts";
import { readBody } from "../s3/body.ts";
import { readRequest } from "../s3/request.ts";
import { S3Error } from "../s3/s3Error.ts";
import { verifySignature, type S3Credentials } from "../s3/signature.ts";
import { xml } from "../s3/xml.ts";
import type { Dns } from "../world/dns.ts";
import { AwsRefusal, type AwsAnswer } from "./answer.ts";
import { answerRoute53, ROUTE53_NAMESPACE } from "./route53.ts";

/** Who the account says that its caller is. */
export interface CallerIdentity {
  readonly account: string;
  readonly arn: string;
  readonly userId: string;
}

/** What the endpoint of the services beside S3 is made of. */
export interface AwsServerOptions {
  readonly clock: WorldClock;
  readonly credentials: S3Credentials;
  readonly identity: CallerIdentity;
  readonly dns: Dns;
  /** World milliseconds before an answer. */
  readonly latencyMs: number;
  /** 0 takes a free one. */
  readonly port: number;
  /** Called before a change is confirmed. */
  readonly beforeAnswer: () => void;
}

const STS_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";

/** Serves Route 53 and STS on loopback, to whoever signs with the world's credentials. Rejects when the port is taken. */
export function startAwsServer(options: AwsServerOptions): Promise<Door> {
  const server = createServer((message, response) => {
    const send = (status: number, body: string): void => {
      response.writeHead(status, { "content-type": "text/xml", "x-amzn-requestid": randomUUID(), "content-length": Buffer.byteLength(body) }).end(body);
    };
    const answer = async (): Promise<void> => {
      const body = await readBody(message);
      const isRoute53 = (message.url ?? "").startsWith("/2013-04-01/");
      const namespace = isRoute53 ? ROUTE53_NAMESPACE : STS_NAMESPACE;
      try {
        const request = readRequest(message);
        // Only S3 puts the payload's hash into a header; it is signed all the same.
        const hash = createHash("sha256").update(body).digest("hex");
        verifySignature({ ...request, headers: { "x-amz-content-sha256": hash, ...request.headers } }, options.credentials, Date.now());
        const { root, content } = isRoute53 ? answerRoute53(options.dns, { ...request, body: body.toString("utf8") }) : answerSts(options.identity, body.toString("utf8"));
        if (isRoute53 && request.method !== "GET") options.beforeAnswer();
        options.clock.after(options.latencyMs, () => send(200, xml(root, content, false, namespace)));
      } catch (error) {
        const { status, code, message: text } = refusalOf(error);
        send(status, xml("ErrorResponse", { Error: { Type: "Sender", Code: code, Message: text }, RequestId: randomUUID() }, false, namespace));
      }
    };
    // A client that went away is the only thing that fails here; every other failure has been answered.
    answer().catch(() => response.destroy());
  });
  return openDoor(server, options.port);
}

function refusalOf(error: unknown): AwsRefusal {
  if (error instanceof AwsRefusal) return error;
  if (error instanceof S3Error) {
    // S3 has a code of its own for an unknown key.
    return error.code === "InvalidAccessKeyId" ? new AwsRefusal(403, "InvalidClientTokenId", "The security token included in the request is invalid.") : new AwsRefusal(error.status, error.code, error.message);
  }
  return new AwsRefusal(500, "InternalFailure", error instanceof Error ? error.message : String(error));
}

function answerSts({ account, arn, userId }: CallerIdentity, body: string): AwsAnswer {
  const action = new URLSearchParams(body).get("Action") ?? "";
  if (action !== "GetCallerIdentity") throw new AwsRefusal(400, "InvalidAction", `Could not find operation ${action} for version 2011-06-15`);
  return { root: "GetCallerIdentityResponse", content: { GetCallerIdentityResult: { Arn: arn, UserId: userId, Account: account }, ResponseMetadata: { RequestId: randomUUID() } } };
}
