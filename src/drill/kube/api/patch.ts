import { copyJson, isRecord, isSameJson, type JsonRecord } from "../json.ts";
import { ApiError, badRequest } from "./status.ts";

/** RFC 7386: objects merge, `null` removes, everything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const result: JsonRecord = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

/** RFC 6902. Throws 422 where an operation does not apply, as the API server does. */
export function jsonPatch(target: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations)) throw badRequest("error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch");
  let result: unknown = copyJson(target);
  for (const operation of operations) {
    if (!isRecord(operation) || typeof operation["path"] !== "string") throw badRequest("error decoding patch: an operation needs op and path");
    result = applyOperation(result, operation, operation["path"]);
  }
  return result;
}

function applyOperation(root: unknown, operation: JsonRecord, path: string): unknown {
  const op = operation["op"];
  if (op === "test") {
    if (!isSameJson(read(root, path), operation["value"])) throw unprocessable(`testing value ${path} failed`);
    return root;
  }
  if (op === "add") return write(root, path, operation["value"], "add");
  if (op === "replace") {
    if (read(root, path) === undefined) throw unprocessable(`replace operation does not apply: doc is missing key: ${path}: missing value`);
    return write(root, path, operation["value"], "replace");
  }
  if (op === "remove") {
    if (read(root, path) === undefined) throw unprocessable(`remove operation does not apply: doc is missing path: "${path}": missing value`);
    return write(root, path, undefined, "remove");
  }
  const from = operation["from"];
  if ((op === "move" || op === "copy") && typeof from === "string") {
    const value = copyJson(read(root, from));
    return write(op === "move" ? write(root, from, undefined, "remove") : root, path, value, "add");
  }
  throw unprocessable(`Unexpected kind: ${String(op)}`);
}

function unprocessable(why: string): ApiError {
  return new ApiError(422, "Invalid", `the server rejected our request due to an error in our request: ${why}`, {});
}

function segments(path: string): string[] {
  return path.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function read(root: unknown, path: string): unknown {
  let current = root;
  for (const part of segments(path)) {
    if (Array.isArray(current)) current = (current as unknown[])[Number(part)];
    else if (isRecord(current)) current = current[part];
    else return undefined;
  }
  return current;
}

function write(root: unknown, path: string, value: unknown, mode: "add" | "replace" | "remove"): unknown {
  const parts = segments(path);
  const last = parts.pop();
  if (last === undefined) return value;
  const parent = read(root, parts.length === 0 ? "" : `/${parts.map((part) => part.replaceAll("~", "~0").replaceAll("/", "~1")).join("/")}`);
  if (Array.isArray(parent)) {
    const index = last === "-" ? parent.length : Number(last);
    if (!Number.isInteger(index) || index < 0 || index > parent.length) throw unprocessable(`Unable to access invalid index: ${last}`);
    parent.splice(index, mode === "add" ? 0 : 1, ...(mode === "remove" ? [] : [value]));
  } else if (isRecord(parent)) {
    if (mode === "remove") delete parent[last];
    else parent[last] = value;
  } else throw unprocessable(`${mode} operation does not apply: doc is missing path: "${path}": missing value`);
  return root;
}
