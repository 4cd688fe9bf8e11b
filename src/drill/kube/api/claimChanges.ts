import type { KubeObject } from "../../contract.ts";
import { copyJson, isSameJson, recordOf, textOf, valueAt } from "../json.ts";
import type { ObjectStore } from "../store.ts";
import { quantity } from "../usage.ts";
import type { Resource } from "../resources.ts";
import { ApiError, invalid } from "./status.ts";

/** Refuses what cannot become of a bound claim: anything but more room, and that only where its class can make volumes larger. */
export function checkClaimChange(store: ObjectStore, resource: Resource, current: KubeObject, next: KubeObject): void {
  if (current.kind !== "PersistentVolumeClaim" || valueAt(current.status, "phase") !== "Bound") return;
  const { name } = current.metadata;
  const refuse = (field: string, message: string): never => {
    throw invalid(resource, name, [{ field, reason: "FieldValueForbidden", message: `Forbidden: ${message}` }]);
  };
  if (!isSameJson(withoutRequests(current), withoutRequests(next))) refuse("spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims");
  const [before, after] = [requestOf(current), requestOf(next)];
  if (after < before) refuse("spec.resources.requests.storage", "field can not be less than status.capacity");
  const storage = store.peekList("StorageClass").find((entry) => entry.metadata.name === textOf(valueAt(current.spec, "storageClassName")));
  if (after > before && storage?.["allowVolumeExpansion"] !== true) {
    throw new ApiError(403, "Forbidden", `persistentvolumeclaims "${name}" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize`, { name, kind: "persistentvolumeclaims" });
  }
}

function requestOf(claim: KubeObject): number {
  return quantity(textOf(valueAt(claim.spec, "resources", "requests", "storage")), "memory");
}

function withoutRequests(claim: KubeObject): unknown {
  const { resources: _resources, ...spec } = recordOf(copyJson(claim.spec));
  return spec;
}
