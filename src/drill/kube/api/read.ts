import type { KubeObject } from "../../contract.ts";
import type { JsonRecord } from "../json.ts";
import { SelectorProblem } from "../../../core/kubectl/labelSelector.ts";
import { metricsOf } from "./metrics.ts";
import { printerOf } from "../printers/printers.ts";
import { tableOf } from "../printers/table.ts";
import { groupVersion, type Resource } from "../resources.ts";
import { labelTest, parseFieldSelector, type LabelTest } from "../selectors.ts";
import { sendJson, type ApiRequest, type ApiServices } from "./context.ts";
import type { ResourceRoute } from "./route.ts";
import { badRequest, gone, notFound } from "./status.ts";

/** Whether the client asked for a Table (`kubectl get` without `-o`). */
export function wantsTable(request: ApiRequest): boolean {
  return /as=Table\b/u.test(request.accept) && /g=meta\.k8s\.io/u.test(request.accept);
}

/** Whether the client asked for metadata only (garbage collectors, `kubectl delete` of some kinds). */
export function wantsMetadata(request: ApiRequest): boolean {
  return /as=PartialObjectMetadata/u.test(request.accept);
}

/** An object in the form the client asked for. */
export function present(services: ApiServices, request: ApiRequest, resource: Resource, object: KubeObject, hasColumns = true): unknown {
  if (wantsTable(request)) {
    const include = request.query.get("includeObject") ?? "Metadata";
    return tableOf(printerOf(resource), [object], { resourceVersion: object.metadata.resourceVersion }, { include, now: services.clock.now(), minor: services.minor, hasColumns });
  }
  if (wantsMetadata(request)) return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata };
  return object;
}

/** The object a route names. Throws 404. */
export function requireObject(services: ApiServices, route: ResourceRoute): KubeObject {
  const { resource, namespace, name = "" } = route;
  const object = resource.source === "computed" ? metricsOf(services, resource, namespace).find((entry) => entry.metadata.name === name) : services.store.peek(resource.kind, namespace, name);
  if (object === undefined) throw notFound(resource, name);
  return object;
}

/** A test of the request's label and field selectors. Throws 400 for what cannot be parsed. */
export function selectionOf(request: ApiRequest, route: ResourceRoute): (object: KubeObject) => boolean {
  const labels = request.query.get("labelSelector") ?? "";
  const fields = request.query.get("fieldSelector") ?? "";
  const hasLabels = readLabels(labels);
  const fieldTest = parseFieldSelector(route.resource.kind, fields);
  if (typeof fieldTest === "object") throw badRequest(`field label not supported: ${fieldTest.unsupported}`);
  const { namespace, name } = route;
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) && (name === undefined || object.metadata.name === name) && hasLabels(object.metadata.labels ?? {}) && fieldTest(object);
}

function readLabels(text: string): LabelTest {
  try {
    return labelTest(text);
  } catch (error) {
    throw error instanceof SelectorProblem ? badRequest(error.message) : error;
  }
}

/** Where a paged list goes on. */
interface ContinueToken {
  readonly after: string;
  readonly revision: string;
}

/** GET of a collection. */
export function listObjects(services: ApiServices, request: ApiRequest, route: ResourceRoute): void {
  const { resource } = route;
  const isSelected = selectionOf(request, route);
  const all = resource.source === "computed" ? metricsOf(services, resource, route.namespace) : services.store.peekList(resource.kind, route.namespace);
  const selected = all.filter((object) => isSelected(object));
  const token = readContinue(request.query.get("continue"));
  const rest = token === undefined ? selected : selected.filter((object) => keyOf(object) > token.after);
  const limit = Number(request.query.get("limit") ?? 0);
  const page = limit > 0 ? rest.slice(0, limit) : rest;
  const revision = token?.revision ?? String(services.store.revision);
  const metadata: JsonRecord = { resourceVersion: revision };
  const last = page.at(-1);
  if (last !== undefined && page.length < rest.length) {
    metadata["continue"] = Buffer.from(JSON.stringify({ after: keyOf(last), revision })).toString("base64url");
    metadata["remainingItemCount"] = rest.length - page.length;
  }
  sendJson(request.response, 200, presentList(services, request, resource, page, metadata));
}

function presentList(services: ApiServices, request: ApiRequest, resource: Resource, items: readonly KubeObject[], metadata: JsonRecord): unknown {
  if (wantsTable(request)) {
    const include = request.query.get("includeObject") ?? "Metadata";
    return tableOf(printerOf(resource), items, metadata, { include, now: services.clock.now(), minor: services.minor, hasColumns: true });
  }
  if (wantsMetadata(request)) {
    return { kind: "PartialObjectMetadataList", apiVersion: "meta.k8s.io/v1", metadata, items: items.map((item) => ({ metadata: item.metadata })) };
  }
  // Items of a list carry no kind of their own, as the real server leaves them out.
  return { kind: `${resource.kind}List`, apiVersion: groupVersion(resource), metadata, items: items.map(({ kind: _kind, apiVersion: _version, ...item }) => item) };
}

function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ""}/${object.metadata.name}`;
}

function readContinue(text: string | null): ContinueToken | undefined {
  if (text === null || text === "") return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    if (typeof value === "object" && value !== null && "after" in value && "revision" in value) return { after: String(value.after), revision: String(value.revision) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw gone("The provided continue parameter is too old to display a consistent list result.");
}
