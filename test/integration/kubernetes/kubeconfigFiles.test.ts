import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { kubeconfigPaths, loadContext, type ContextSettings } from "../../../src/services/kubernetes/kubeconfig.ts";
import { RuntimeError } from "../../../src/core/runtimeError.ts";
import { needKubectl } from "../../parts/kubectl.ts";

interface FilesCase {
  readonly name: string;
  /** Texts by path, relative to a folder that `HERE` stands for. */
  readonly files: Readonly<Record<string, string>>;
  /** The value of `KUBECONFIG`; `HERE` is that folder. */
  readonly list: string;
  readonly context?: string;
}

const cluster = (name: string, fields: string): string => `{name: ${name}, cluster: {${fields}}}`;
const user = (name: string, fields: string): string => `{name: ${name}, user: {${fields}}}`;
const context = (name: string, fields: string): string => `{name: ${name}, context: {${fields}}}`;
const config = ({ clusters = [], users = [], contexts = [], current }: { readonly clusters?: readonly string[]; readonly users?: readonly string[]; readonly contexts?: readonly string[]; readonly current?: string }): string =>
  `apiVersion: v1\nkind: Config\nclusters: [${clusters.join(", ")}]\nusers: [${users.join(", ")}]\ncontexts: [${contexts.join(", ")}]\n${current === undefined ? "" : `current-context: ${current}\n`}`;

const PROD = { clusters: [cluster("prod", "server: 'https://prod:6443'")], users: [user("ops", "token: of-prod")], contexts: [context("prod", "cluster: prod, user: ops, namespace: shop")] };
const DR = { clusters: [cluster("dr", "server: 'https://dr:6443'")], users: [user("ops-dr", "token: of-dr")], contexts: [context("dr", "cluster: dr, user: ops-dr")] };
const TWO = "HERE/a:HERE/b";

const CASES: readonly FilesCase[] = [
  { name: "two files, the first one's current context", files: { a: config({ ...PROD, current: "prod" }), b: config({ ...DR, current: "dr" }) }, list: TWO },
  { name: "two files, a context of the second", files: { a: config({ ...PROD, current: "prod" }), b: config({ ...DR, current: "dr" }) }, list: TWO, context: "dr" },
  { name: "a current context only in the second", files: { a: config(PROD), b: config({ ...DR, current: "dr" }) }, list: TWO },
  { name: "an empty current context in the first", files: { a: config({ ...PROD, current: "''" }), b: config({ ...DR, current: "dr" }) }, list: TWO },
  { name: "missing files among them", files: { a: config({ ...PROD, current: "prod" }) }, list: "HERE/gone:HERE/a:HERE/lost/b" },
  { name: "no file that is there", files: {}, list: "HERE/gone:HERE/lost" },
  { name: "empty places in the list", files: { a: config({ ...PROD, current: "prod" }) }, list: "::HERE/a:" },
  { name: "the same file twice", files: { a: config({ ...PROD, current: "prod" }) }, list: "HERE/a:HERE/a" },
  { name: "an empty file first", files: { a: "", b: config({ ...DR, current: "dr" }) }, list: TWO },
  { name: "a file that is no YAML", files: { a: config({ ...PROD, current: "prod" }), b: "{" }, list: TWO },
  { name: "a folder", files: { a: config({ ...PROD, current: "prod" }), "b/c": "" }, list: TWO },
  { name: "context, cluster and user in three files", files: { a: config({ contexts: PROD.contexts, current: "prod" }), b: config({ users: PROD.users }), c: config({ clusters: PROD.clusters }) }, list: "HERE/a:HERE/b:HERE/c" },
  { name: "a cluster that both define", files: { a: config({ ...PROD, current: "prod" }), b: config({ clusters: [cluster("prod", "server: 'https://other', tls-server-name: other, insecure-skip-tls-verify: true, proxy-url: 'http://proxy:1'")] }) }, list: TWO },
  { name: "a user that both define", files: { a: config({ ...PROD, current: "prod" }), b: config({ users: [user("ops", "token: other, username: u, password: p, client-certificate-data: YQ==, client-key-data: Yg==, as: boss")] }) }, list: TWO },
  { name: "a user that both define, with a plugin in the second", files: { a: config({ ...PROD, current: "prod" }), b: config({ users: [user("ops", "exec: {apiVersion: client.authentication.k8s.io/v1, command: sign-in, interactiveMode: Never}")] }) }, list: TWO },
  { name: "a context that both define", files: { a: config({ ...PROD, contexts: [context("prod", "cluster: prod, user: ops")], current: "prod" }), b: config({ ...DR, contexts: [context("prod", "cluster: dr, user: ops-dr, namespace: other")] }) }, list: TWO },
  { name: "three definitions of a cluster", files: { a: config({ contexts: PROD.contexts, users: PROD.users, current: "prod" }), b: config({ clusters: [cluster("prod", "server: 'https://second'")] }), c: config({ clusters: [cluster("prod", "server: 'https://third', tls-server-name: third")] }) }, list: "HERE/a:HERE/b:HERE/c" },
  { name: "an entry without content in the first", files: { a: config({ ...PROD, clusters: ["{name: prod}"], current: "prod" }), b: config(PROD) }, list: TWO },
  { name: "a name twice in one file", files: { a: config({ ...PROD, clusters: [...PROD.clusters, cluster("prod", "server: 'https://other'")], current: "prod" }) }, list: "HERE/a" },
  { name: "certificates beside each file", files: { "x/a": config({ ...PROD, clusters: [cluster("prod", "server: 'https://prod', certificate-authority: ca.crt")], current: "prod" }), "x/ca.crt": "of x", "y/b": config({ users: [user("other", "token: t")] }), "y/ca.crt": "of y" }, list: "HERE/y/b:HERE/x/a" },
  { name: "certificates in folders above and below", files: { "x/a": config({ contexts: PROD.contexts, current: "prod" }), "x/y/b": config({ clusters: [cluster("prod", "server: 'https://prod', certificate-authority: ../ca.crt")], users: [user("ops", "client-certificate: keys/me.crt, client-key: ./keys/me.key")] }), "x/ca.crt": "of x", "x/y/keys/me.crt": "me", "x/y/keys/me.key": "mine" }, list: "HERE/x/a:HERE/x/y/b" },
  { name: "a certificate that is not there", files: { a: config({ ...PROD, clusters: [cluster("prod", "server: 'https://prod', certificate-authority: gone.crt")], current: "prod" }) }, list: "HERE/a" },
  { name: "a context that is not there", files: { a: config({ ...PROD, current: "prod" }) }, list: "HERE/a", context: "gone" },
  { name: "a plugin, its arguments and environment", files: { a: config({ ...PROD, users: [user("ops", "exec: {apiVersion: client.authentication.k8s.io/v1, command: sign-in, args: [--region, us-east-1, get-token], env: [{name: A, value: '1'}], interactiveMode: Never, installHint: get it}")], current: "prod" }) }, list: "HERE/a" },
  { name: "a number where a word belongs", files: { a: config({ ...PROD, contexts: [context("prod", "cluster: prod, user: ops, namespace: 2024")], current: "prod" }) }, list: "HERE/a" },
  { name: "a number as a token", files: { a: config({ ...PROD, users: [user("ops", "token: 12345")], current: "prod" }) }, list: "HERE/a" },
  { name: "a number among a plugin's arguments", files: { a: config({ ...PROD, users: [user("ops", "exec: {apiVersion: client.authentication.k8s.io/v1, command: sign-in, args: [--port, 8080], interactiveMode: Never}")], current: "prod" }) }, list: "HERE/a" },
  { name: "a word where a switch belongs", files: { a: config({ ...PROD, clusters: [cluster("prod", "server: 'https://prod', insecure-skip-tls-verify: 'true'")], current: "prod" }) }, list: "HERE/a" },
  { name: "a broken entry that is not asked for", files: { a: config({ ...PROD, current: "prod" }), b: config({ users: [user("x", "token: 1")] }) }, list: TWO },
  { name: "nothing (null) for a list", files: { a: config({ ...PROD, current: "prod" }), b: "apiVersion: v1\nkind: Config\nclusters: null\nusers:\ncontexts: null\n" }, list: TWO },
  { name: "an unknown field", files: { a: config({ ...PROD, clusters: [cluster("prod", "server: 'https://prod', something-new: 1")], current: "prod" }) }, list: "HERE/a" },
  { name: "a shared part by anchor and merge", files: { a: "apiVersion: v1\nkind: Config\nx: &base {server: 'https://prod'}\nclusters: [{name: prod, cluster: {<<: *base, tls-server-name: n}}]\nusers: []\ncontexts: [{name: prod, context: {cluster: prod, user: ops}}]\ncurrent-context: prod\n" }, list: "HERE/a" },
  { name: "a user without content in the first", files: { a: config({ ...PROD, users: ["{name: ops}"], current: "prod" }), b: config(PROD) }, list: TWO },
  { name: "a context without content in the first", files: { a: config({ ...PROD, contexts: ["{name: prod}"], current: "prod" }), b: config(PROD) }, list: TWO },
  { name: "a list that is none", files: { a: config({ ...PROD, current: "prod" }), b: "users: {a: 1}\n" }, list: TWO },
  { name: "an entry that is no map", files: { a: config({ ...PROD, current: "prod" }), b: "users: [x]\n" }, list: TWO },
  { name: "an entry of nothing", files: { a: config({ ...PROD, current: "prod" }), b: "users: [null]\n" }, list: TWO },
  { name: "a text instead of a kubeconfig", files: { a: config({ ...PROD, current: "prod" }), b: "just words\n" }, list: TWO },
  { name: "another kind of object", files: { a: config({ ...PROD, current: "prod" }), b: "apiVersion: apps/v1\nkind: Deployment\n" }, list: TWO },
  { name: "another version", files: { a: config({ ...PROD, current: "prod" }), b: "apiVersion: v2\nkind: Config\n" }, list: TWO },
  { name: "neither kind nor version", files: { a: config({ ...PROD, current: "prod" }).replace("apiVersion: v1\nkind: Config\n", "") }, list: "HERE/a" },
  { name: "two documents in a file", files: { a: `${config({ ...PROD, current: "prod" })}---\n${config({ ...DR, current: "dr" })}` }, list: "HERE/a" },
  { name: "JSON", files: { a: JSON.stringify({ apiVersion: "v1", kind: "Config", clusters: [{ name: "prod", cluster: { server: "https://prod" } }], users: [{ name: "ops", user: {} }], contexts: [{ name: "prod", context: { cluster: "prod", user: "ops" } }], "current-context": "prod" }) }, list: "HERE/a" },
];

// The oldest and the newest: no words are compared here, and each case starts a kubectl.
for (const version of ["1.27", "1.33"] as const) {
  describe(`KUBECONFIG's files, as stock kubectl ${version} reads them`, function () {
    let binary = "";
    before(async function () {
      binary = await needKubectl(version, this);
    });

    for (const { name, files, list, context: wanted } of CASES) {
      it(name, async () => {
        const folder = mkdtempSync(join(tmpdir(), "kubeconfigs-"));
        try {
          for (const [path, text] of Object.entries(files)) {
            mkdirSync(dirname(join(folder, path)), { recursive: true });
            writeFileSync(join(folder, path), text);
          }
          const environment = { KUBECONFIG: list.replaceAll("HERE", folder), HOME: folder, PATH: "" };
          const [mine, theirs] = await Promise.all([ours(environment, wanted), stock(binary, environment, wanted)]);
          assert.deepEqual(mine, theirs);
        } finally {
          rmSync(folder, { recursive: true });
        }
      });
    }
  });
}

type Environment = Readonly<Record<string, string>>;
type Reading = ReturnType<typeof reading> | "refused";

async function ours(environment: Environment, wanted: string | undefined): Promise<Reading> {
  try {
    return reading(await loadContext(kubeconfigPaths(undefined, environment), wanted));
  } catch (error) {
    assert.ok(error instanceof RuntimeError, String(error));
    return "refused";
  }
}

/** What there is of a context, by the names that kubeconfigs give it. */
function reading({ context: current, namespace, cluster: { server, certificateAuthority, skipTlsVerify, tlsServerName, proxyUrl }, user: { certificate, key, token, basic, exec, impersonate } }: ContextSettings) {
  return {
    context: current, namespace, server, authority: certificateAuthority?.toString("base64"), skipTlsVerify, tlsServerName, proxyUrl,
    certificate: certificate?.toString("base64"), key: key?.toString("base64"), token, username: basic?.username, password: basic?.password, as: impersonate?.user,
    exec: exec === undefined ? undefined : { command: exec.command, args: exec.args, env: exec.env, hint: exec.installHint },
  };
}

interface View {
  readonly "current-context": string;
  readonly clusters: readonly [{ readonly cluster: Readonly<Record<string, unknown>> }] | null;
  readonly users: readonly [{ readonly user: Readonly<Record<string, unknown>> & { readonly exec?: { readonly command: string; readonly args: readonly string[] | null; readonly env: readonly unknown[] | null; readonly installHint?: string } } }] | null;
  readonly contexts: readonly [{ readonly context: Readonly<Record<string, unknown>> }] | null;
}

async function stock(binary: string, environment: Environment, wanted: string | undefined): Promise<Reading> {
  const argv = ["config", "view", "--minify", "--raw", "--flatten", "-o", "json", ...(wanted === undefined ? [] : ["--context", wanted])];
  const output = await new Promise<string | undefined>((resolve) => {
    execFile(binary, argv, { env: environment }, (error, stdout) => resolve(error === null ? stdout : undefined));
  });
  if (output === undefined) return "refused";
  const view = JSON.parse(output) as View;
  const [place, person, whole] = [view.clusters?.[0].cluster ?? {}, view.users?.[0].user ?? {}, view.contexts?.[0].context ?? {}];
  const text = (fields: Readonly<Record<string, unknown>>, name: string): string | undefined => (typeof fields[name] === "string" && fields[name] !== "" ? fields[name] : undefined);
  // kubectl would turn to localhost:8080, which nobody means.
  const server = text(place, "server");
  if (server === undefined) return "refused";
  const { exec } = person as { readonly exec?: NonNullable<View["users"]>[0]["user"]["exec"] };
  return {
    context: view["current-context"], namespace: text(whole, "namespace") ?? "default", server, authority: text(place, "certificate-authority-data"),
    skipTlsVerify: place["insecure-skip-tls-verify"] === true, tlsServerName: text(place, "tls-server-name"), proxyUrl: text(place, "proxy-url"),
    certificate: text(person, "client-certificate-data"), key: text(person, "client-key-data"), token: text(person, "token"), username: text(person, "username"), password: text(person, "password"), as: text(person, "as"),
    exec: exec === undefined ? undefined : { command: exec.command, args: exec.args ?? [], env: (exec.env ?? []) as { readonly name: string; readonly value: string }[], hint: exec.installHint ?? "" },
  };
}
