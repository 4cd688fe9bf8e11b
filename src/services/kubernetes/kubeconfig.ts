import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { parseDocument } from "yaml";
import { RuntimeError } from "../../core/runtimeError.ts";
import { kubeconfigProblem } from "./kubeconfigShape.ts";

export interface ClusterSettings {
  readonly name: string;
  readonly server: string;
  /** PEM; `undefined` trusts the system's authorities. */
  readonly certificateAuthority: Buffer | undefined;
  readonly skipTlsVerify: boolean;
  /** Name for SNI and certificate checks where it differs from the server's host. */
  readonly tlsServerName: string | undefined;
  readonly proxyUrl: string | undefined;
}

/** A credential plugin of a kubeconfig (`client.authentication.k8s.io`). */
export interface ExecCredential {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly apiVersion: string;
  readonly provideClusterInfo: boolean;
  readonly installHint: string;
}

export interface UserSettings {
  readonly name: string;
  readonly certificate: Buffer | undefined;
  readonly key: Buffer | undefined;
  readonly token: string | undefined;
  /** Read again before each use: such tokens rotate. */
  readonly tokenFile: string | undefined;
  readonly basic: { readonly username: string; readonly password: string } | undefined;
  readonly exec: ExecCredential | undefined;
  readonly impersonate: { readonly user: string; readonly uid: string | undefined; readonly groups: readonly string[]; readonly extra: Readonly<Record<string, readonly string[]>> } | undefined;
}

export interface ContextSettings {
  readonly context: string;
  readonly namespace: string;
  readonly cluster: ClusterSettings;
  readonly user: UserSettings;
}

type Fields = Readonly<Record<string, unknown>>;

/** Where kubectl looks: the option, else `KUBECONFIG`'s files, else `~/.kube/config`. */
export function kubeconfigPaths(option: string | undefined, environment: Readonly<Record<string, string | undefined>> = process.env): readonly string[] {
  if (option !== undefined) return [option];
  const listed = (environment["KUBECONFIG"] ?? "").split(process.platform === "win32" ? ";" : ":").filter((path) => path !== "");
  return listed.length > 0 ? listed : [join(homedir(), ".kube", "config")];
}

/**
 * Reads one context. Several files merge by kubectl's rules: the first that sets a name or the current context wins, and a missing file
 * is skipped. Throws `RuntimeError` (`notFound`, `invalidInput`) when nothing usable is there.
 */
export async function loadContext(paths: readonly string[], wanted: string | undefined): Promise<ContextSettings> {
  const files = (await Promise.all(paths.map(readConfig))).filter((file) => file !== undefined);
  if (files.length === 0) {
    throw new RuntimeError("notFound", `kubeconfig: no file at ${paths.join(", ")}`, { hint: "Set KUBECONFIG or the target's kubeconfig path." });
  }
  const name = wanted ?? files.map(({ fields }) => text(fields["current-context"])).find((context) => context !== undefined);
  if (name === undefined) throw new RuntimeError("invalidInput", "kubeconfig: current-context is not set", { hint: "Name a context (--context)." });
  const context = find(files, "contexts", "context", name);
  if (context === undefined) throw new RuntimeError("notFound", `kubeconfig: context ${JSON.stringify(name)} does not exist`, { facts: { context: name } });
  const clusterName = text(context.fields["cluster"]) ?? "";
  const cluster = find(files, "clusters", "cluster", clusterName);
  if (cluster === undefined) throw new RuntimeError("invalidInput", `kubeconfig: context ${JSON.stringify(name)} names the missing cluster ${JSON.stringify(clusterName)}`);
  const userName = text(context.fields["user"]) ?? "";
  const user = find(files, "users", "user", userName);
  return {
    context: name,
    namespace: text(context.fields["namespace"]) ?? "default",
    cluster: await readCluster(clusterName, cluster),
    user: await readUser(userName, user ?? { fields: {}, folder: "" }),
  };
}

interface Located {
  readonly fields: Fields;
  /** Relative paths inside are relative to here. */
  readonly folder: string;
}

async function readConfig(path: string): Promise<Located | undefined> {
  const source = await readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new RuntimeError("invalidInput", `kubeconfig: ${path} cannot be read`, { cause: error });
  });
  if (source === undefined) return undefined;
  const parsed: unknown = parseYaml(path, source);
  const problem = kubeconfigProblem(parsed);
  if (problem !== undefined) throw new RuntimeError("invalidInput", `kubeconfig: ${path} cannot be read: ${problem}`, { hint: "kubectl refuses this file too. Correct it; a number that is meant as text stands in quotes." });
  return { fields: isFields(parsed) ? parsed : {}, folder: dirname(resolve(path)) };
}

/** Of several documents kubectl takes the first. */
function parseYaml(path: string, source: string): unknown {
  try {
    const document = parseDocument(source);
    const error = document.errors.find(({ code }) => code !== "MULTIPLE_DOCS");
    if (error !== undefined) throw error;
    return document.toJS();
  } catch (error) {
    throw new RuntimeError("invalidInput", `kubeconfig: ${path} is not YAML`, { cause: error });
  }
}

function find(files: readonly Located[], list: string, field: string, name: string): Located | undefined {
  for (const { fields, folder } of files) {
    const entries: unknown = fields[list];
    if (!Array.isArray(entries)) continue;
    const entry = entries.find((candidate: unknown): candidate is Fields => isFields(candidate) && candidate["name"] === name);
    // The first that has the name wins, also with nothing in it.
    if (entry !== undefined) return { fields: isFields(entry[field]) ? entry[field] : {}, folder };
  }
  return undefined;
}

async function readCluster(name: string, { fields, folder }: Located): Promise<ClusterSettings> {
  const server = text(fields["server"]);
  if (server === undefined) throw new RuntimeError("invalidInput", `kubeconfig: cluster ${JSON.stringify(name)} has no server`);
  return {
    name,
    server: server.replace(/\/+$/, ""),
    certificateAuthority: await dataOrFile(fields["certificate-authority-data"], fields["certificate-authority"], folder),
    skipTlsVerify: fields["insecure-skip-tls-verify"] === true,
    tlsServerName: text(fields["tls-server-name"]),
    proxyUrl: text(fields["proxy-url"]),
  };
}

async function readUser(name: string, { fields, folder }: Located): Promise<UserSettings> {
  if (isFields(fields["auth-provider"])) {
    throw new RuntimeError("invalidInput", `kubeconfig: user ${JSON.stringify(name)} uses an auth-provider, which kubectl 1.26 removed`, { hint: "Use an exec credential plugin." });
  }
  const username = text(fields["username"]);
  const tokenFile = text(fields["tokenFile"]);
  return {
    name,
    certificate: await dataOrFile(fields["client-certificate-data"], fields["client-certificate"], folder),
    key: await dataOrFile(fields["client-key-data"], fields["client-key"], folder),
    token: text(fields["token"]),
    tokenFile: tokenFile === undefined ? undefined : absolute(tokenFile, folder),
    basic: username === undefined ? undefined : { username, password: text(fields["password"]) ?? "" },
    exec: readExec(fields["exec"], folder),
    impersonate: readImpersonation(fields),
  };
}

function readExec(value: unknown, folder: string): ExecCredential | undefined {
  if (!isFields(value)) return undefined;
  const command = text(value["command"]) ?? "";
  const env: unknown = value["env"];
  return {
    // As kubectl: a command with a slash is relative to its kubeconfig, a bare one is found on the PATH.
    command: command.includes("/") && !isAbsolute(command) ? resolve(folder, command) : command,
    args: textList(value["args"]),
    env: Array.isArray(env) ? env.filter(isFields).map((entry) => ({ name: text(entry["name"]) ?? "", value: text(entry["value"]) ?? "" })) : [],
    apiVersion: text(value["apiVersion"]) ?? "client.authentication.k8s.io/v1",
    provideClusterInfo: value["provideClusterInfo"] === true,
    installHint: text(value["installHint"]) ?? "",
  };
}

function readImpersonation(fields: Fields): UserSettings["impersonate"] {
  const user = text(fields["as"]);
  if (user === undefined) return undefined;
  const extra = isFields(fields["as-user-extra"]) ? fields["as-user-extra"] : {};
  return {
    user,
    uid: text(fields["as-uid"]),
    groups: textList(fields["as-groups"]),
    extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, textList(values)])),
  };
}

async function dataOrFile(data: unknown, file: unknown, folder: string): Promise<Buffer | undefined> {
  const inline = text(data);
  if (inline !== undefined) return Buffer.from(inline, "base64");
  const path = text(file);
  if (path === undefined) return undefined;
  return await readFile(absolute(path, folder)).catch((error: unknown) => {
    throw new RuntimeError("invalidInput", `kubeconfig: ${path} cannot be read`, { cause: error });
  });
}

function absolute(path: string, folder: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function textList(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
