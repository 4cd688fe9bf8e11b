import { at, numberAt, type Json } from "./json.ts";

/** Annotation that numbers a Deployment's revisions, on it and on its ReplicaSets. */
export const DEPLOYMENT_REVISION = "deployment.kubernetes.io/revision";
/** The same of an Argo Rollout. */
export const ROLLOUT_REVISION = "rollout.argoproj.io/revision";
/** Label of a Rollout's pods and ReplicaSets that tells its versions apart. */
export const ROLLOUT_HASH = "rollouts-pod-template-hash";

/** Pods that a workload is to have; one where it does not say. */
export function wantedReplicas(workload: Json): number {
  return at(workload, "spec", "replicas") === undefined ? 1 : numberAt(workload, "spec", "replicas");
}
