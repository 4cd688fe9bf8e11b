import type { ControllerServices } from "./pods.ts";

/** Gives each namespace the service account and the authority's certificate that every real one has. `ca` is in PEM. */
export function startNamespaceController(services: ControllerServices, ca: string): void {
  const { store } = services;
  const furnish = (namespace: string): void => {
    if (store.peek("ServiceAccount", namespace, "default") === undefined) store.put({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace } });
    if (store.peek("ConfigMap", namespace, "kube-root-ca.crt") !== undefined) return;
    const annotations = { "kubernetes.io/description": "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters." };
    store.put({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "kube-root-ca.crt", namespace, annotations }, data: { "ca.crt": ca } });
  };
  store.watch(({ object, type }) => {
    if (object.kind === "Namespace" && type === "ADDED") furnish(object.metadata.name);
  });
}
