import * as access from "./accessPrinters.ts";
import * as core from "./corePrinters.ts";
import { customPrinter } from "./customPrinter.ts";
import { podPrinter } from "./podPrinter.ts";
import type { Resource } from "../resources.ts";
import type { Printer } from "./table.ts";
import * as workloads from "./workloadPrinters.ts";

const PRINTERS: Readonly<Record<string, Printer>> = {
  Pod: podPrinter,
  Deployment: workloads.deploymentPrinter,
  ReplicaSet: workloads.replicaSetPrinter,
  StatefulSet: workloads.statefulSetPrinter,
  DaemonSet: workloads.daemonSetPrinter,
  Job: workloads.jobPrinter,
  CronJob: workloads.cronJobPrinter,
  HorizontalPodAutoscaler: workloads.horizontalPodAutoscalerPrinter,
  Service: core.servicePrinter,
  Endpoints: core.endpointsPrinter,
  EndpointSlice: core.endpointSlicePrinter,
  PersistentVolumeClaim: core.claimPrinter,
  PersistentVolume: core.volumePrinter,
  StorageClass: core.storageClassPrinter,
  Event: core.eventPrinter,
  Node: core.nodePrinter,
  Namespace: core.namespacePrinter,
  ConfigMap: core.configMapPrinter,
  Secret: core.secretPrinter,
  ServiceAccount: core.serviceAccountPrinter,
  Ingress: core.ingressPrinter,
  PodDisruptionBudget: core.disruptionBudgetPrinter,
  ControllerRevision: core.controllerRevisionPrinter,
  Role: core.createdAtPrinter,
  ClusterRole: core.createdAtPrinter,
  CustomResourceDefinition: core.createdAtPrinter,
  LimitRange: core.createdAtPrinter,
  RoleBinding: access.bindingPrinter,
  ClusterRoleBinding: access.bindingPrinter,
  NetworkPolicy: access.networkPolicyPrinter,
  PriorityClass: access.priorityClassPrinter,
};

/** The printer of a resource. */
export function printerOf({ kind, custom }: Pick<Resource, "kind" | "custom">): Printer {
  return custom === undefined ? (PRINTERS[kind] ?? core.plainPrinter) : customPrinter(custom);
}
