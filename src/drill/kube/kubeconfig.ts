import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { stringify } from "yaml";

/** Where a cluster's API server is, and the authority (PEM) that its clients trust. */
export interface KubeServer {
  readonly url: string;
  readonly ca: string;
}

/** One context of a kubeconfig. */
export interface KubeContext {
  /** As the runbook's target names it. */
  readonly name: string;
  /** Name of the user, one of the cluster's. */
  readonly user: string;
  /** Default namespace; `undefined` is `default`. */
  readonly namespace?: string;
  /** Name of the cluster entry; `undefined` takes the context's name. */
  readonly cluster?: string;
}

/** Writes a kubeconfig of one or more clusters with certificate data and tokens, readable by its owner only. The first context is the current one. */
export async function writeKubeconfigFile(
  path: string,
  entries: readonly { readonly server: KubeServer; readonly contexts: readonly KubeContext[] }[],
  tokens: ReadonlyMap<string, string>,
): Promise<void> {
  const contexts = entries.flatMap((entry) => entry.contexts);
  const clusters = new Map(entries.flatMap(({ server, contexts: own }) => own.map((context) => [context.cluster ?? context.name, server] as const)));
  const users = new Set(contexts.map((context) => context.user));
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [...clusters].map(([name, server]) => ({ name, cluster: { server: server.url, "certificate-authority-data": Buffer.from(server.ca).toString("base64") } })),
    users: [...users].map((name) => {
      const token = tokens.get(name);
      if (token === undefined) throw new Error(`kubeconfig context: no such user in this cluster: ${name}`);
      return { name, user: { token } };
    }),
    contexts: contexts.map(({ name, user, namespace, cluster }) => ({ name, context: { cluster: cluster ?? name, user, ...(namespace === undefined ? {} : { namespace }) } })),
    "current-context": contexts[0]?.name ?? "",
  };
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(`${path}.new`, stringify(config), { mode: 0o600 });
  await chmod(`${path}.new`, 0o600);
  await rename(`${path}.new`, path);
}
