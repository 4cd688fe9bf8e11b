import { readFileSync } from "node:fs";
import tls from "node:tls";
import { RuntimeError } from "../core/runtimeError.ts";
import type { Environment } from "./proxy.ts";

/**
 * Certificates (PEM) to trust where nothing else names them: the file that the first set variable of `names` gives, as the tool itself
 * reads it (`SSL_CERT_FILE`, `CURL_CA_BUNDLE`, `AWS_CA_BUNDLE`), else the machine's own store beside Node's. `undefined` leaves Node's alone.
 */
export function trustedAuthorities(names: readonly string[], environment: Environment): string[] | undefined {
  for (const name of names) {
    const path = environment[name];
    if (path === undefined || path === "") continue;
    try {
      return [readFileSync(path, "utf8")];
    } catch (cause) {
      throw new RuntimeError("invalidInput", `Reading the trusted certificates: ${path} (${name}) cannot be read`, { cause, hint: `Correct or unset ${name}.` });
    }
  }
  // Node reads only its own list unless told; kubectl, curl and aws trust what the machine trusts. Older Nodes cannot read that store.
  if (typeof tls.getCACertificates !== "function") return undefined;
  return [...new Set([...tls.getCACertificates("default"), ...tls.getCACertificates("system")])];
}
