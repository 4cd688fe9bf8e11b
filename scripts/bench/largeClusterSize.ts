/** Pods of the large cluster. */
export const PODS = 5000;
/** Deployments that they belong to. */
export const WORKLOADS = 50;
/** Lines of each pod's log. */
export const LINES = 100_000;
