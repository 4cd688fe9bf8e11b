import { parse as parseYaml, YAMLParseError } from "yaml";
import { decodeProtobuf } from "../protobuf/decode.ts";
import type { ApiRequest } from "./context.ts";
import { ApiError, badRequest } from "./status.ts";

/** The request's body as JSON, from JSON, YAML or the few kinds kubectl sends as protobuf. Throws 400 or 415. */
export function jsonBody(request: ApiRequest): unknown {
  if (request.contentType.includes("vnd.kubernetes.protobuf")) {
    const object = decodeProtobuf(request.body);
    if (object === undefined) throw new ApiError(415, "UnsupportedMediaType", `the body of the request was in an unknown format - accepted media types include: application/json, application/yaml`);
    return object;
  }
  const text = request.body.toString();
  try {
    return request.contentType.includes("yaml") ? (parseYaml(text) as unknown) : (JSON.parse(text) as unknown);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof YAMLParseError) throw badRequest(`couldn't get version/kind; json parse error: ${error.message}`);
    throw error;
  }
}
