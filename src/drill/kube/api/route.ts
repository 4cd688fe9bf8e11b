import { findResource, type Resource } from "../resources.ts";
import { badRequest, noSuchPath } from "./status.ts";

/** Where a resource request goes. */
export interface ResourceRoute {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** What a `proxy` is asked for, beginning with a slash; `undefined` for other subresources. */
  readonly proxyPath?: string;
}

/** Reads `/api/v1/namespaces/x/pods/y/log` and its like. Throws 404 for what is not among the `resources` served. */
export function parseRoute(pathname: string, resources: readonly Resource[]): ResourceRoute {
  const parts = pathParts(pathname);
  const isCore = parts[0] === "api";
  const [group, version] = isCore ? ["", parts[1]] : [parts[1], parts[2]];
  const rest = parts.slice(isCore ? 2 : 3);
  if ((!isCore && parts[0] !== "apis") || group === undefined || version === undefined || rest.length === 0) throw noSuchPath();
  const isScoped = rest[0] === "namespaces" && rest.length > 2 && !(isCore && ["status", "finalize"].includes(rest[2] ?? ""));
  const [plural = "", name, subresource, ...more] = isScoped ? rest.slice(2) : rest;
  const resource = findResource(group, version, plural, resources);
  if (resource?.subresources.includes("proxy") === true && subresource === "proxy") {
    return { resource, namespace: isScoped ? rest[1] : undefined, name, subresource, proxyPath: `/${more.join("/")}` };
  }
  if (resource === undefined || more.length > 0 || (subresource !== undefined && !resource.subresources.includes(subresource))) throw noSuchPath();
  return { resource, namespace: isScoped ? rest[1] : undefined, name, subresource };
}

/** The decoded segments of a path. */
export function pathParts(pathname: string): string[] {
  try {
    return pathname.split("/").filter((part) => part !== "").map((part) => decodeURIComponent(part));
  } catch (error) {
    if (error instanceof URIError) throw badRequest("the path is not valid percent-encoding");
    throw error;
  }
}
