import { createCredentialSource } from "./credentials.ts";
import { kubeconfigPaths, loadContext } from "./kubeconfig.ts";
import { execInPod } from "./podExec.ts";
import { bodyOf, Transport, type TransportLimits, USUAL_LIMITS } from "./transport.ts";
import type { Environment } from "../proxy.ts";
import type { KubernetesPort } from "../../core/ports.ts";

export interface KubernetesPortOptions {
  /** Default: `KUBECONFIG`'s files, else `~/.kube/config`. */
  readonly kubeconfigPath?: string;
  /** Default: the kubeconfig's current context. */
  readonly context?: string;
  /** Where `HTTPS_PROXY`, `NO_PROXY` and `SSL_CERT_FILE` are read; this process's when left out. */
  readonly environment?: Environment;
  /** Other limits than the usual ones. */
  readonly limits?: Partial<TransportLimits>;
}

/** A port with its connections; `close` frees them. */
export interface ClosableKubernetesPort extends KubernetesPort {
  close(): void;
}

/** Opens one context of a kubeconfig. Nothing is sent yet. Throws `RuntimeError` when the kubeconfig or its proxy cannot be used. */
export async function createKubernetesPort(options: KubernetesPortOptions): Promise<ClosableKubernetesPort> {
  const settings = await loadContext(kubeconfigPaths(options.kubeconfigPath), options.context);
  const credentials = createCredentialSource(settings.user, settings.cluster);
  const transport = new Transport(settings.cluster, credentials, options.environment ?? process.env, { ...USUAL_LIMITS, ...options.limits });
  return {
    context: settings.context,
    server: settings.cluster.server,
    namespace: settings.namespace,
    request: async (request, signal) => await transport.send(request, signal),
    async stream(request, signal) {
      const response = await transport.open(request, signal, true);
      return { status: response.statusCode ?? 0, body: bodyOf(response, signal, settings.cluster.server) };
    },
    exec: async (request, io, signal) => await execInPod(transport, request, io, signal),
    credentialsEndAt: async () => await credentials.endsAt(),
    close: () => transport.close(),
  };
}
