import { isObject, numberAt, objectAt, parseJson, textAt, type JsonObject } from "./json.ts";
import type { KubernetesResponse } from "../ports.ts";

/** kubectl's own refusal: printed to standard error as it stands, then the exit code. */
export class KubectlFailure extends Error {
  override readonly name = "KubectlFailure";
  readonly exitCode: number;

  /** `message` is the whole text for standard error, without the final newline. */
  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The API server answered with a failure status. */
export class ApiStatusError extends Error {
  override readonly name = "ApiStatusError";
  /** HTTP status. */
  readonly status: number;
  /** `NotFound`, `Forbidden` …; empty where the server gave none. */
  readonly reason: string;
  readonly details: JsonObject;

  constructor(status: number, reason: string, message: string, details: JsonObject = {}) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.details = details;
  }
}

/** Reads a failure body as client-go does: a `Status` object, else a text by HTTP status. */
export function apiStatusError(status: number, body: string, verb: string): ApiStatusError {
  const parsed = parseJson(body);
  if (isObject(parsed) && textAt(parsed, "kind") === "Status") {
    return new ApiStatusError(numberAt(parsed, "code") || status, textAt(parsed, "reason"), textAt(parsed, "message"), objectAt(parsed, "details"));
  }
  return genericStatusError(status, body, verb);
}

/** client-go's `NewGenericServerResponse` for bodies that are no `Status`. */
function genericStatusError(status: number, body: string, verb: string): ApiStatusError {
  const answered = body.trim();
  const known: Readonly<Record<number, readonly [reason: string, message: string]>> = {
    400: ["BadRequest", "the server rejected our request for an unknown reason"],
    401: ["Unauthorized", "the server has asked for the client to provide credentials"],
    403: ["Forbidden", answered === "" ? "unknown" : answered],
    404: ["NotFound", "the server could not find the requested resource"],
    405: ["MethodNotAllowed", "the server does not allow this method on the requested resource"],
    409: ["Conflict", "the server reported a conflict"],
    410: ["Gone", "the server requested a resource that is no longer available"],
    415: ["UnsupportedMediaType", answered === "" ? "unknown" : answered],
    422: ["Invalid", "the server rejected our request due to an error in our request"],
    429: ["TooManyRequests", "the server has received too many requests and has asked us to try again later"],
    503: ["ServiceUnavailable", answered === "" ? "the server is currently unable to handle the request" : answered],
    504: ["Timeout", `the server was unable to return a response in the time allotted, but may still be processing the request`],
  };
  const [reason, message] = known[status] ?? (status >= 500
    ? ["InternalError", `an error on the server (${JSON.stringify(answered)}) has prevented the request from succeeding`]
    : ["", `the server responded with the status code ${String(status)} but did not return more information`]);
  return new ApiStatusError(status, reason, verb === "" ? message : message);
}

/** Throws the server's refusal; returns a 2xx answer unchanged. */
export function requireSuccess(response: KubernetesResponse, verb = ""): KubernetesResponse {
  if (response.status >= 200 && response.status < 300) return response;
  throw apiStatusError(response.status, response.text, verb);
}

/** kubectl's `StandardErrorMessage` for a server's refusal. */
export function describeApiStatus(error: ApiStatusError): string {
  if (error.reason === "Unauthorized") return `error: You must be logged in to the server (${error.message})`;
  if (error.reason === "") return `Error from server: ${error.message}`;
  return `Error from server (${error.reason}): ${error.message}`;
}
