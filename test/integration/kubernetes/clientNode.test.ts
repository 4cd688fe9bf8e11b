import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Cluster, type Context, KubeConfig, type User } from "@kubernetes/client-node";
import * as fc from "fast-check";
import { stringify } from "yaml";
import { type ContextSettings, loadContext } from "../../../src/services/kubernetes/kubeconfig.ts";

/**
 * The official client reads kubeconfigs too. Where it follows kubectl, ours must agree with it; where it does not (`tokenFile`,
 * `as-groups`, a name that two files define), ours follows kubectl and is tested against that elsewhere.
 */
describe("kubeconfig, against @kubernetes/client-node", function () {
  this.timeout(30_000);
  const folder = mkdtempSync(join(tmpdir(), "kubeconfig-"));
  after(() => rmSync(folder, { recursive: true }));

  it("reads the same cluster, user and context from one file and from several", async () => {
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(part, { minLength: 1, maxLength: 4, selector: ({ name }) => name }), fc.integer({ min: 1, max: 3 }), async (parts, files) => {
        const place = join(folder, String((count += 1)));
        mkdirSync(place);
        writeFileSync(join(place, "ca.crt"), PEM);
        const paths = Array.from({ length: files }, (_, index) => join(place, `${index}.yaml`));
        for (const [index, path] of paths.entries()) writeFileSync(path, stringify(kubeconfig(parts.filter((_, at) => at % files === index))));
        for (const { name } of parts) assert.deepEqual(ours(await loadContext(paths, name)), theirs(paths, name));
      }),
      { numRuns: 60 },
    );
  });
});

const PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/);
const part = fc.record({
  name: word,
  server: fc.constantFrom("https://10.0.0.1:6443", "https://api.example.com", "https://[::1]:8443/prefix"),
  authority: fc.constantFrom(undefined, "data", "file"),
  skipTls: fc.boolean(),
  tlsServerName: fc.option(word, { nil: undefined }),
  proxy: fc.option(fc.constant("http://proxy.example.com:3128"), { nil: undefined }),
  namespace: fc.option(word, { nil: undefined }),
  token: fc.option(word, { nil: undefined }),
  password: fc.option(word, { nil: undefined }),
  hasCertificate: fc.boolean(),
  impersonated: fc.option(word, { nil: undefined }),
});

function kubeconfig(parts: readonly (typeof part extends fc.Arbitrary<infer T> ? T : never)[]): Record<string, unknown> {
  const data = Buffer.from(PEM).toString("base64");
  return {
    apiVersion: "v1", kind: "Config",
    clusters: parts.map((one) => ({
      name: `c-${one.name}`,
      cluster: {
        server: one.server, "insecure-skip-tls-verify": one.skipTls, "tls-server-name": one.tlsServerName, "proxy-url": one.proxy,
        ...(one.authority === "data" ? { "certificate-authority-data": data } : one.authority === "file" ? { "certificate-authority": "ca.crt" } : {}),
      },
    })),
    users: parts.map((one) => ({
      name: `u-${one.name}`,
      user: {
        token: one.token, as: one.impersonated,
        ...(one.password === undefined ? {} : { username: one.name, password: one.password }),
        ...(one.hasCertificate ? { "client-certificate-data": data, "client-key-data": data } : {}),
      },
    })),
    contexts: parts.map((one) => ({ name: one.name, context: { cluster: `c-${one.name}`, user: `u-${one.name}`, namespace: one.namespace } })),
  };
}

interface Read {
  readonly cluster: Partial<Record<keyof Cluster, unknown>>;
  readonly user: Partial<Record<keyof User, unknown>>;
  readonly namespace: Context["namespace"];
}

function ours({ cluster, user, namespace }: ContextSettings): Read {
  return {
    cluster: { name: cluster.name, server: cluster.server, skipTLSVerify: cluster.skipTlsVerify, tlsServerName: cluster.tlsServerName, proxyUrl: cluster.proxyUrl, caData: cluster.certificateAuthority?.toString() },
    user: { name: user.name, token: user.token, username: user.basic?.username, password: user.basic?.password, certData: user.certificate?.toString(), keyData: user.key?.toString(), impersonateUser: user.impersonate?.user },
    namespace,
  };
}

function theirs(paths: readonly string[], name: string): Read {
  const config = new KubeConfig();
  for (const path of paths) {
    const one = new KubeConfig();
    one.loadFromFile(path);
    config.mergeConfig(one);
  }
  config.setCurrentContext(name);
  const [cluster, user] = [config.getCurrentCluster(), config.getCurrentUser()];
  assert.ok(cluster !== null && user !== null);
  const decode = (data: string | undefined, file: string | undefined): string | undefined => (data === undefined ? (file === undefined ? undefined : readFileSync(file, "utf8")) : Buffer.from(data, "base64").toString());
  return {
    cluster: { name: cluster.name, server: cluster.server, skipTLSVerify: cluster.skipTLSVerify, tlsServerName: cluster.tlsServerName, proxyUrl: cluster.proxyUrl, caData: decode(cluster.caData, cluster.caFile) },
    user: { name: user.name, token: user.token, username: user.username, password: user.password, certData: decode(user.certData, user.certFile), keyData: decode(user.keyData, user.keyFile), impersonateUser: user.impersonateUser },
    // kubectl's default where the context names none.
    namespace: config.getContextObject(name)?.namespace ?? "default",
  };
}
