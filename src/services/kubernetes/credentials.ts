import { spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { RuntimeError } from "../../core/runtimeError.ts";
import type { ClusterSettings, ExecCredential, UserSettings } from "./kubeconfig.ts";

/** What one request proves itself with. */
export interface Credential {
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly certificate: Buffer | string | undefined;
  readonly key: Buffer | string | undefined;
}

/** Gives credentials, refreshing them when they expire or the server refuses them. */
export interface CredentialSource {
  current(): Promise<Credential>;
  /** Called after a 401 with what was refused: true when asking again may give another credential. */
  refresh(refused: Credential): boolean;
  /** Epoch milliseconds when the credential ends, as it says itself; `undefined` where it says nothing. */
  endsAt(): Promise<number | undefined>;
}

const PLUGIN_LIMIT_MS = 60_000;
/** A plugin that has printed an address and still waits is waiting for a person. */
const SIGN_IN_NOTICE_MS = 2500;
/** A credential is renewed this long before its end. */
const EXPIRY_MARGIN_MS = 10_000;

export function createCredentialSource(user: UserSettings, cluster: ClusterSettings): CredentialSource {
  const impersonation = impersonationHeaders(user);
  if (user.exec !== undefined) return pluginSource(user.exec, cluster, impersonation);
  return {
    async current() {
      const token = user.tokenFile === undefined ? user.token : ((await readTokenFile(user.tokenFile)) ?? user.token);
      return { headers: { ...authorization(token, user), ...impersonation }, certificate: user.certificate, key: user.key };
    },
    refresh: () => user.tokenFile !== undefined,
    async endsAt() {
      const token = user.tokenFile === undefined ? user.token : ((await readTokenFile(user.tokenFile)) ?? user.token);
      return earliest(token === undefined ? undefined : tokenEnd(token), user.certificate === undefined ? undefined : certificateEnd(user.certificate));
    },
  };
}

function authorization(token: string | undefined, user: UserSettings): Readonly<Record<string, string>> {
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  if (user.basic === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${user.basic.username}:${user.basic.password}`).toString("base64")}` };
}

async function readTokenFile(path: string): Promise<string | undefined> {
  const token = await readFile(path, "utf8").catch((error: unknown) => {
    throw new RuntimeError("signInNeeded", `token file: ${path} cannot be read`, { cause: error });
  });
  return token.trim() === "" ? undefined : token.trim();
}

function impersonationHeaders(user: UserSettings): Readonly<Record<string, string | readonly string[]>> {
  if (user.impersonate === undefined) return {};
  const { impersonate } = user;
  const headers: Record<string, string | readonly string[]> = { "impersonate-user": impersonate.user };
  if (impersonate.uid !== undefined) headers["impersonate-uid"] = impersonate.uid;
  if (impersonate.groups.length > 0) headers["impersonate-group"] = impersonate.groups;
  for (const [key, values] of Object.entries(impersonate.extra)) headers[`impersonate-extra-${encodeURIComponent(key)}`] = values;
  return headers;
}

interface PluginAnswer {
  readonly credential: Credential;
  readonly expiresAt: number;
}

/** A plugin that runs or has run. */
interface PluginRun {
  readonly answer: Promise<PluginAnswer>;
  /** What it has printed for the person so far. */
  readonly stderr: () => string;
}

/** One plugin process at a time, its answer kept until it expires or a 401 refuses it. */
function pluginSource(plugin: ExecCredential, cluster: ClusterSettings, impersonation: Credential["headers"]): CredentialSource {
  let kept: PluginRun | undefined;
  let given: Credential | undefined;
  const answerOf = async (run: PluginRun): Promise<PluginAnswer> => {
    try {
      const answer = await orSignInNotice(plugin, run);
      given = answer.credential;
      return answer;
    } catch (error) {
      // One that still waits for its person stays: the next call takes its answer.
      const isWaiting = error instanceof RuntimeError && error.facts["isWaiting"] !== undefined;
      if (kept === run && !isWaiting) kept = undefined;
      throw error;
    }
  };
  return {
    async current() {
      const run = (kept ??= startPlugin(plugin, cluster, impersonation));
      const { credential, expiresAt } = await answerOf(run);
      if (Date.now() < expiresAt - EXPIRY_MARGIN_MS) return credential;
      if (kept === run) kept = startPlugin(plugin, cluster, impersonation);
      return (await answerOf(kept ?? run)).credential;
    },
    refresh(refused) {
      // Of several calls that were refused together the first one renews for all.
      if (refused === given) [kept, given] = [undefined, undefined];
      return true;
    },
    async endsAt() {
      const { credential, expiresAt } = await answerOf((kept ??= startPlugin(plugin, cluster, impersonation)));
      const certificate = credential.certificate === undefined ? undefined : certificateEnd(Buffer.from(credential.certificate));
      return earliest(Number.isFinite(expiresAt) ? expiresAt : undefined, certificate);
    },
  };
}

function earliest(...ends: readonly (number | undefined)[]): number | undefined {
  const known = ends.filter((end) => end !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** The `exp` of a JSON Web Token (RFC 7519); `undefined` for opaque tokens. */
export function tokenEnd(token: string): number | undefined {
  const [, payload] = token.split(".");
  if (payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    const end: unknown = typeof claims === "object" && claims !== null && "exp" in claims ? claims.exp : undefined;
    return typeof end === "number" ? end * 1000 : undefined;
  } catch {
    // Three words with dots between them that are no JSON: a token of another kind, which says nothing of its end.
    return undefined;
  }
}

function certificateEnd(pem: Buffer): number | undefined {
  try {
    return Date.parse(new X509Certificate(pem).validTo);
  } catch {
    // A certificate that cannot be read fails at the first request, which says so; it has no end to tell.
    return undefined;
  }
}

/** The plugin's answer, unless it has printed an address and still waits: then a person must visit that. */
async function orSignInNotice(plugin: ExecCredential, run: PluginRun): Promise<PluginAnswer> {
  let timer: NodeJS.Timeout | undefined;
  const notice = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      if (addressIn(run.stderr()) !== undefined) reject(new RuntimeError("signInNeeded", `credential plugin ${plugin.command}: it waits for you to sign in`, { hint: signInHint(run.stderr()), facts: { isWaiting: "yes" } }));
    }, SIGN_IN_NOTICE_MS);
  });
  try {
    return await Promise.race([run.answer, notice]);
  } finally {
    clearTimeout(timer);
  }
}

function startPlugin(plugin: ExecCredential, cluster: ClusterSettings, impersonation: Credential["headers"]): PluginRun {
  const info = {
    apiVersion: plugin.apiVersion,
    kind: "ExecCredential",
    spec: { interactive: false, ...(plugin.provideClusterInfo ? { cluster: clusterInfo(cluster) } : {}) },
  };
  const environment = { ...process.env, ...Object.fromEntries(plugin.env.map(({ name, value }) => [name, value])), KUBERNETES_EXEC_INFO: JSON.stringify(info) };
  const { ended, stderr } = collect(plugin, environment);
  const answer = ended.then((result) => answerFrom(plugin, impersonation, result));
  // Whoever waits hears of a failure; while nobody does, it is kept for the next call.
  answer.catch(() => undefined);
  return { answer, stderr };
}

function answerFrom(plugin: ExecCredential, impersonation: Credential["headers"], { stdout, stderr, exitCode }: PluginEnd): PluginAnswer {
  if (exitCode === null) throw new RuntimeError("signInNeeded", `credential plugin ${plugin.command}: it was ended, or gave no answer within ${String(PLUGIN_LIMIT_MS / 1000)} s`, { hint: signInHint(stderr) });
  if (exitCode !== 0) {
    throw new RuntimeError("signInNeeded", `credential plugin ${plugin.command}: exit code ${String(exitCode)}${stderr === "" ? "" : `: ${stderr.trim()}`}`, { hint: signInHint(stderr) });
  }
  const status = pluginStatus(plugin, stdout);
  return {
    credential: {
      headers: { ...(status.token === undefined ? {} : { authorization: `Bearer ${status.token}` }), ...impersonation },
      certificate: status.clientCertificateData,
      key: status.clientKeyData,
    },
    expiresAt: status.expirationTimestamp === undefined ? Number.POSITIVE_INFINITY : Date.parse(status.expirationTimestamp),
  };
}

function clusterInfo(cluster: ClusterSettings): Readonly<Record<string, unknown>> {
  return {
    server: cluster.server,
    ...(cluster.certificateAuthority === undefined ? {} : { "certificate-authority-data": cluster.certificateAuthority.toString("base64") }),
    ...(cluster.skipTlsVerify ? { "insecure-skip-tls-verify": true } : {}),
    ...(cluster.tlsServerName === undefined ? {} : { "tls-server-name": cluster.tlsServerName }),
  };
}

/** The address to visit, where the plugin printed one. */
function addressIn(stderr: string): string | undefined {
  return /https?:\/\/\S+/.exec(stderr)?.[0];
}

function signInHint(stderr: string): string {
  const address = addressIn(stderr);
  return address === undefined ? "Sign in with the tool that the kubeconfig names, then retry." : `Visit ${address}`;
}

interface PluginEnd {
  readonly stdout: string;
  readonly stderr: string;
  /** `null` where a signal ended it. */
  readonly exitCode: number | null;
}

function collect(plugin: ExecCredential, environment: NodeJS.ProcessEnv): { readonly ended: Promise<PluginEnd>; readonly stderr: () => string } {
  const child = spawn(plugin.command, [...plugin.args], { env: environment, stdio: ["ignore", "pipe", "pipe"], timeout: PLUGIN_LIMIT_MS });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  const ended = new Promise<PluginEnd>((resolve, reject) => {
    child.on("error", (cause) => reject(new RuntimeError("signInNeeded", `credential plugin ${plugin.command}: cannot be started`, { cause, hint: plugin.installHint })));
    child.on("close", (exitCode) => resolve({ stdout, stderr, exitCode }));
  });
  return { ended, stderr: () => stderr };
}

interface PluginStatus {
  readonly token?: string;
  readonly clientCertificateData?: string;
  readonly clientKeyData?: string;
  readonly expirationTimestamp?: string;
}

function pluginStatus(plugin: ExecCredential, stdout: string): PluginStatus {
  const answer = parseAnswer(plugin, stdout);
  const status: Record<string, string> = {};
  for (const name of ["token", "clientCertificateData", "clientKeyData", "expirationTimestamp"]) {
    const value: unknown = Reflect.get(answer, name);
    if (typeof value === "string") status[name] = value;
  }
  return status;
}

function parseAnswer(plugin: ExecCredential, stdout: string): object {
  try {
    const parsed: unknown = JSON.parse(stdout);
    if (typeof parsed === "object" && parsed !== null && "status" in parsed && typeof parsed.status === "object" && parsed.status !== null) return parsed.status;
  } catch (cause) {
    throw new RuntimeError("signInNeeded", `credential plugin ${plugin.command}: its answer is not JSON`, { cause });
  }
  throw new RuntimeError("signInNeeded", `credential plugin ${plugin.command}: its answer has no status`);
}
