import { RuntimeError } from "../runtimeError.ts";

/** What curl says and comes to when it fails. `text` ends with a newline. */
export interface CurlFailure {
  readonly exitCode: number;
  readonly text: string;
}

/** `curl: (22) …`. */
export function curlFailure(exitCode: number, words: string): CurlFailure {
  return { exitCode, text: `curl: (${exitCode}) ${words}\n` };
}

/** Limits and measures of the attempt that failed. */
export interface AttemptFacts {
  readonly elapsedMs: number;
  readonly receivedBytes: number;
  readonly expectedBytes: number | undefined;
}

const TLS_ADVICE = `More details here: https://curl.se/docs/sslcerts.html

curl failed to verify the legitimacy of the server and therefore could not
establish a secure connection to it. To learn more about this situation and
how to fix it, please visit the web page mentioned above.`;

/** A port's failure in curl's words; `undefined` for one that curl could not have met (the drill's border, a programming error). */
export function translateFailure(error: unknown, attempt: AttemptFacts): CurlFailure | undefined {
  if (!(error instanceof RuntimeError)) return undefined;
  const { host = "", port = "", reason = "" } = error.facts;
  const ms = Math.round(attempt.elapsedMs);
  switch (`${error.code} ${reason}`) {
    case "unreachable resolve":
      return curlFailure(6, `Could not resolve host: ${host}`);
    case "unreachable connect":
      return curlFailure(7, `Failed to connect to ${host} port ${port} after ${ms} ms: Couldn't connect to server`);
    case "unreachable tls":
      return curlFailure(60, `SSL certificate problem: ${error.facts["detail"] ?? ""}\n${TLS_ADVICE}`);
    case "unreachable handshake": {
      const [, number = "", words = "handshake failure"] = /error:([\dA-F]+):SSL routines:[^:]*:([^:\n]+)/.exec(error.facts["detail"] ?? "") ?? [];
      return curlFailure(35, `error:${number}:SSL routines::${words}`);
    }
    case "timedOut connect":
      return curlFailure(28, `Failed to connect to ${host} port ${port} after ${ms} ms: Timeout was reached`);
    case "connectionLost empty":
      return curlFailure(52, "Empty reply from server");
    case "connectionLost protocol":
      return curlFailure(1, "Received HTTP/0.9 when not allowed");
    case "connectionLost partial":
      return attempt.expectedBytes === undefined
        ? curlFailure(56, "Recv failure: Connection reset by peer")
        : curlFailure(18, `transfer closed with ${attempt.expectedBytes - attempt.receivedBytes} bytes remaining to read`);
    default:
      return undefined;
  }
}

/** `--max-time` ran out. */
export function timeLimitFailure(attempt: AttemptFacts): CurlFailure {
  const outOf = attempt.expectedBytes === undefined ? `with ${attempt.receivedBytes} bytes received` : `with ${attempt.receivedBytes} out of ${attempt.expectedBytes} bytes received`;
  return curlFailure(28, `Operation timed out after ${Math.round(attempt.elapsedMs)} milliseconds ${outOf}`);
}
