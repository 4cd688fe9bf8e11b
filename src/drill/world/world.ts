import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DataLoss, EngineChoice, WorldControl, WorldState } from "../../core/protocol.ts";
import { nameStamp } from "../../core/run/recoveryPoint.ts";
import { RuntimeError } from "../../core/runtimeError.ts";
import { startAwsServer } from "../aws/awsServer.ts";
import { openEngines, type Engines } from "../engines/openEngines.ts";
import { writeKubeconfigFile } from "../kube/kubeconfig.ts";
import type { Door } from "../net/door.ts";
import { startS3Server, type S3Server } from "../s3/s3Server.ts";
import { serveControl } from "./control.ts";
import type { ClusterDescription, DnsRecord, WorldDescription } from "./description.ts";
import { findDataLoss } from "./dataLoss.ts";
import type { Derived } from "./derivedCache.ts";
import { Dns } from "./dns.ts";
import { Dumps } from "./dumps.ts";
import { Faults } from "./faults.ts";
import { publishIdleTime } from "./idleTime.ts";
import { SnapshotFolder, type WorldSnapshot } from "./snapshot.ts";
import { Site } from "./site.ts";
import { SnapshotKeeper } from "./snapshotKeeper.ts";
import { findTool, runTool } from "./tools.ts";
import { ScaledClock } from "./worldClock.ts";

/** First byte of an S3 answer, world milliseconds. */
const S3_LATENCY_MS = 30;
/** What other services of the cloud account take to answer, world milliseconds. */
const AWS_LATENCY_MS = 120;

/** How to start a world. */
export interface WorldOptions {
  /** Where state file, kubeconfig, certificates and snapshot are kept: a folder of the world's own, which goes when the world is over. */
  readonly folder: string;
  /** World time per real time; a snapshot's own rate goes before it. */
  readonly rate: number;
  /** What runs its databases and caches; left out: the embedded engines. A snapshot's own choice goes before it. */
  readonly engines?: EngineChoice;
  /** Absolute path of the description, for whoever has to start this world again. */
  readonly descriptionPath: string;
  /** Called when the control endpoint is asked to end the world. */
  readonly onShutdown: () => void;
  /** What worlds have worked out before; left out, all is worked out again. */
  readonly cache?: Derived;
  /** Told, in a sentence, what goes wrong in a world that goes on all the same. */
  readonly report: (text: string) => void;
}

/** A running rehearsal world. */
export interface World {
  /** Path of its `WorldState` file. */
  readonly statePath: string;
  /** Works out what the next world may find in the cache: for when nobody waits for this one. */
  learn(): Promise<void>;
  /** `isOver`: nobody will bring it back, so that its folder goes too. */
  close(isOver?: boolean): Promise<void>;
}

/** Starts a world on 127.0.0.1, or brings back the one that the snapshot in `folder` holds. */
export async function startWorld(description: WorldDescription, options: WorldOptions): Promise<World> {
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const snapshots = new SnapshotFolder(options.folder);
  const saved = snapshots.read();
  const parts = prepareParts(description, options, saved);
  const choice = saved?.engines ?? options.engines ?? "embedded";
  const engines = await openEngines(choice, description, { dumps: parts.dumps, folder: options.folder, rate: parts.clock.line.rate, onEnd: () => [...parts.sites.values()].forEach((site) => site.kubernetes.reconsider()) });
  let write = (): void => undefined;
  const keeper = new SnapshotKeeper(() => write(), options.report);
  const save = (): void => keeper.now();
  const { sites, provision } = await openSites(description, { options, saved, parts, engines, readKept: (file) => snapshots.bytesOf(file), beforeAnswer: save, onChange: () => keeper.soon(), onScrape: () => keeper.later() });
  const { dns, faults } = parts;
  const s3 = await openBuckets(description, parts, saved);
  const aws = await openAccount(description, parts, saved, save);
  const hosts = { ...sites[0]?.hosts, ...awsHosts(description, aws) };
  const control = await serveControl(
    {
      inject: async ({ fault, parameters }) => {
        await faults.inject({ fault, parameters });
        for (const site of sites) site.kubernetes.reconsider();
        save();
        return { injected: fault };
      },
      faults: async () => ({ faults: faults.states() }),
      dataLoss: async () => dataLossOf(sites, (host) => resolveHost(host, { dns, sites, hosts })),
      resolve: async ({ host }) => resolveHost(host, { dns, sites, hosts }),
      findTool: async ({ argv }) => {
        const tool = findTool(description.tools, argv);
        return tool === undefined ? { isKnown: false } : { isKnown: true, takesMs: tool.takesMs };
      },
      runTool: ({ argv }) => runTool(description.tools, argv, {
        has: (name) => parts.sites.has(name),
        provision: async (name) => {
          await provision(name);
          await publish();
        },
        join: async (name) => {
          parts.joined.add(name);
          await publish();
        },
      }),
      shutdown: async () => {
        setImmediate(options.onShutdown);
        return {};
      },
    },
    saved?.control,
  );
  write = () => {
    snapshots.write((keep) => ({
      clock: parts.clock.line, engines: choice, credentials: parts.credentials, tokens: parts.tokens, control: { port: control.port, token: control.token },
      ports: { s3: Number(new URL(s3.endpoint).port), aws: aws?.port ?? 0 },
      sites: Object.fromEntries(sites.map((site) => [site.name, site.save(keep)])), joined: [...parts.joined], s3: s3.snapshot(), dns: dns.save(), faults: faults.active,
    }));
  };
  const publish = async (): Promise<string> => {
    save();
    return writeState(options, description, { parts, sites, s3, hosts, control, enginesText: engines.text });
  };
  const statePath = await publish();
  const stopIdleTime = parts.clock.line.rate > 1 ? publishIdleTime(idleFileOf(options)) : undefined;
  return {
    statePath,
    learn: () => parts.dumps.learn(),
    close: async (isOver = false) => {
      stopIdleTime?.();
      keeper.stop();
      parts.clock.stop();
      control.close();
      await Promise.all([...sites.map((site) => site.close()), s3.close(), aws?.close()]);
      await Promise.all([engines.databases.close(), engines.caches.close()]);
      rmSync(isOver ? options.folder : statePath, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** What a world is made of before any of its clusters is up. */
interface Parts {
  readonly clock: ScaledClock;
  readonly credentials: WorldSnapshot["credentials"];
  readonly tokens: WorldSnapshot["tokens"];
  readonly dns: Dns;
  readonly dumps: Dumps;
  readonly faults: Faults;
  /** By name; filled as the clusters come up. */
  readonly sites: Map<string, Site>;
  /** Names of those whose contexts are in the kubeconfig. */
  readonly joined: Set<string>;
}

function prepareParts(description: WorldDescription, options: WorldOptions, saved: WorldSnapshot | undefined): Parts {
  const now = Date.now();
  const clock = new ScaledClock(saved?.clock ?? { realEpochMs: now, worldEpochMs: now, rate: options.rate });
  const dns = new Dns(description.dns, () => clock.now(), saved?.dns);
  const sites = new Map<string, Site>();
  const site = (name: string | undefined): Site => {
    const found = sites.get(name ?? description.name);
    if (found === undefined) throw new RuntimeError("notFound", `Finding the cluster ${name ?? description.name}: the world has none of that name now.`, { hint: `It has ${[...sites.keys()].join(", ")}.` });
    return found;
  };
  const changeDns = (zone: string, records: readonly DnsRecord[]): void => dns.overwrite(zone, records);
  const isMisled = (records: readonly DnsRecord[]): boolean => [...sites.values()].some((each) => each.description.applications.some(({ host }) => dns.leadsThrough(host, records)));
  return {
    clock, dns, sites, dumps: new Dumps(options.cache), joined: new Set(saved?.joined ?? [description, ...description.others].filter((own) => own.isThere).map((own) => own.name)),
    credentials: saved?.credentials ?? { accessKeyId: `DRILL${randomBytes(8).toString("hex").toUpperCase()}`, secretAccessKey: randomBytes(24).toString("base64url") },
    tokens: saved?.tokens ?? Object.fromEntries(description.users.map((user) => [user.name, randomBytes(24).toString("base64url")])),
    faults: new Faults(description.faults, { site, changeDns, isMisled }, saved?.faults ?? []),
  };
}

/** Prepares the clusters that are there in the order of the description (a replica after its source), then brings them up. `provision` adds one that is not. */
async function openSites(description: WorldDescription, world: { readonly options: WorldOptions; readonly saved: WorldSnapshot | undefined; readonly parts: Parts; readonly engines: Engines; readonly readKept: (file: string) => Uint8Array; readonly beforeAnswer: () => void; readonly onChange: () => void; readonly onScrape: () => void }): Promise<{ readonly sites: readonly Site[]; readonly provision: (name: string) => Promise<void> }> {
  const { options, saved, parts, engines, readKept, beforeAnswer, onChange, onScrape } = world;
  const { clock, tokens, faults } = parts;
  const described = [description, ...description.others];
  const sites: Site[] = [];
  const prepare = async (own: ClusterDescription): Promise<Site> => {
    const site = new Site(description, own, {
      clock, tokens, signingKey: parts.credentials.secretAccessKey, faults: () => faults, site: (name) => parts.sites.get(name), folder: options.folder, place: described.indexOf(own), readKept, engines, report: options.report, beforeAnswer, onChange, onScrape,
      leadsTo: (host) => resolveHost(host, { dns: parts.dns, sites, hosts: {} }),
    }, saved?.sites[own.name]);
    parts.sites.set(own.name, site);
    await site.prepare();
    return site;
  };
  for (const own of described) if (saved === undefined ? own.isThere : saved.sites[own.name] !== undefined) sites.push(await prepare(own));
  for (const site of sites) await site.open();
  for (const site of sites) await site.watch();
  return {
    sites,
    provision: async (name) => {
      const own = described.find((candidate) => candidate.name === name);
      if (own === undefined) throw new RuntimeError("notFound", `Provisioning ${name}: the world describes no such cluster.`, { hint: `It describes ${described.map((other) => other.name).join(", ")}.` });
      const site = await prepare(own);
      await site.open();
      // Only now: what is told and saved of a cluster is of one that is up.
      sites.push(site);
      await site.watch();
    },
  };
}

function openBuckets(description: WorldDescription, { clock, credentials }: Parts, saved: WorldSnapshot | undefined): Promise<S3Server> {
  const buckets = description.buckets.map(({ name, objects }) => ({
    name, createdAt: clock.now() - description.establishedMs,
    objects: objects.map(({ key, file, ageMs }) => {
      const modifiedAt = clock.now() - ageMs;
      return { key: key.replace("{time}", nameStamp(modifiedAt)), content: { kind: "file" as const, path: join(description.folder, file) }, modifiedAt };
    }),
  }));
  return startS3Server({
    clock, buckets, credentials, region: description.s3.region, latencyMs: S3_LATENCY_MS, bytesPerSecond: description.s3.bytesPerSecond,
    ...(saved === undefined ? {} : { port: saved.ports.s3, state: saved.s3 }),
  });
}

async function openAccount({ account }: WorldDescription, { clock, credentials, dns }: Parts, saved: WorldSnapshot | undefined, beforeAnswer: () => void): Promise<Door | undefined> {
  if (account === undefined) return undefined;
  return startAwsServer({ clock, credentials, identity: account, dns, latencyMs: AWS_LATENCY_MS, port: saved?.ports.aws ?? 0, beforeAnswer });
}

/** The names under which the account's services are known. */
function awsHosts({ s3 }: WorldDescription, aws: Door | undefined): Readonly<Record<string, string>> {
  if (aws === undefined) return {};
  return Object.fromEntries(["route53.amazonaws.com", "sts.amazonaws.com", `sts.${s3.region}.amazonaws.com`].map((host) => [host, `http://127.0.0.1:${aws.port}`]));
}

/** Where a host name leads now: along the zones' records to the cluster whose load balancer has the last name. */
function resolveHost(host: string, world: { readonly dns: Dns; readonly sites: readonly Site[]; readonly hosts: Readonly<Record<string, string>> }): WorldControl["resolve"]["result"] {
  const end = world.dns.resolve(host);
  if (end.kind === "missing") return { kind: "missing" };
  const base = world.sites.flatMap((site) => site.behind(end.name) ?? [])[0] ?? (world.dns.isOwn(host) ? undefined : world.hosts[host]);
  if (base !== undefined) return { kind: "found", base };
  return { kind: world.dns.isOwn(host) ? "missing" : "outside" };
}

function idleFileOf({ folder }: Pick<WorldOptions, "folder">): string {
  return join(folder, "idle");
}

/** What the database behind the application that users are led to lacks of the world's own. */
function dataLossOf(sites: readonly Site[], resolve: (host: string) => WorldControl["resolve"]["result"]): DataLoss {
  const [own] = sites;
  const original = own?.databases.original;
  const application = own?.description.applications[0];
  if (original === undefined || application === undefined) return { kind: "unknown", reason: "the world's file names no rowTimes to tell it by." };
  const end = resolve(application.host);
  const serving = end.kind !== "found" ? undefined : sites.find((site) => Object.values(site.hosts).includes(end.base));
  const [led] = serving?.description.applications.filter(({ host }) => end.kind === "found" && serving.hosts[host] === end.base) ?? [];
  if (serving === undefined || led === undefined) return { kind: "unknown", reason: `${application.host} leads nowhere.` };
  return findDataLoss(original.rowTimes, original.ask, (statement) => serving.askDatabase(led, statement));
}

async function writeState({ folder, descriptionPath }: WorldOptions, description: WorldDescription, up: { parts: Parts; sites: readonly Site[]; s3: S3Server; hosts: Readonly<Record<string, string>>; control: { readonly port: number; readonly token: string }; readonly enginesText: string }): Promise<string> {
  const kubeconfig = join(folder, "kubeconfig");
  await writeKubeconfigFile(kubeconfig, up.sites.filter((site) => up.parts.joined.has(site.name)).map(({ kubernetes: { server }, description: { contexts } }) => ({ server, contexts })), new Map(Object.entries(up.parts.tokens)));
  const clusters = up.sites.map((site) => site.kubernetes.url);
  const state: WorldState = {
    pid: process.pid, description: descriptionPath, kubeconfig, context: description.contexts[0]?.name ?? "", kubernetes: clusters[0] ?? "", clusters,
    s3: { endpoint: up.s3.endpoint, region: description.s3.region, ...up.parts.credentials },
    ...(up.parts.clock.line.rate > 1 ? { idleFile: idleFileOf({ folder }) } : {}), hosts: up.hosts, control: { url: `http://127.0.0.1:${up.control.port}`, token: up.control.token }, clock: up.parts.clock.line, engines: up.enginesText,
    faults: description.faults.map(({ name, title, description: text, parameters, world }) => ({ name, title, description: text, parameters, ...(world === undefined ? {} : { world }) })),
  };
  const path = join(folder, "world.json");
  writeFileSync(path, JSON.stringify(state, undefined, 2), { mode: 0o600 });
  return path;
}
