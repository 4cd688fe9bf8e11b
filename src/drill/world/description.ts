import type { FaultDescription } from "../../core/protocol.ts";
import type { KubeObject } from "../contract.ts";
import type { AttackDescription } from "./attackDescription.ts";
import type { LaterState } from "../kube/kubernetes.ts";
import type { CustomersDescription } from "./customers.ts";
import type { DescribedProgram } from "./describedPrograms.ts";
import type { LoadBalancers } from "../kube/controllers/ingresses.ts";
import type { DoorState } from "../net/door.ts";
import type { MonitoringDescription } from "../monitoring/description.ts";
import type { ToolDescription } from "./tools.ts";

/**
 * A rehearsal world in data (`notebooks/worlds/*.yaml`): the first YAML document describes what stands behind the objects, the ones
 * after it are the Kubernetes objects themselves. No name of any system is in code.
 */
export interface WorldDescription extends ClusterDescription {
  /** Folder of the file: other paths are relative to it. */
  readonly folder: string;
  readonly seed: number;
  readonly kubernetesVersion: string;
  readonly users: readonly UserDescription[];
  readonly images: readonly ImageDescription[];
  readonly buckets: readonly BucketDescription[];
  readonly applications: readonly ApplicationDescription[];
  /** Other services of the cluster that answer HTTP. */
  readonly services: readonly DescribedService[];
  /** `undefined` for a world without a Prometheus. */
  readonly monitoring: MonitoringDescription | undefined;
  readonly faults: readonly FaultTemplate[];
  readonly s3: { readonly region: string; readonly bytesPerSecond: number };
  /** Who the cloud account says that its caller is; `undefined`: the world has no account and nothing of it beside the buckets. */
  readonly account: { readonly account: string; readonly arn: string; readonly userId: string } | undefined;
  readonly dns: DnsDescription;
  /** Programs of the operator's machine that the world stands in for. */
  readonly tools: readonly ToolDescription[];
  /** The clusters beside the world's own, each in a file of its own. */
  readonly others: readonly ClusterDescription[];
}

/** One cluster with what runs in it. */
export interface ClusterDescription {
  readonly name: string;
  /** Whether it is there from the start; otherwise a tool provisions it. */
  readonly isThere: boolean;
  /** Who may call its API; `undefined`: as in the world's own cluster. */
  readonly users: readonly UserDescription[] | undefined;
  /** World milliseconds before the start at which the objects were first applied. */
  readonly establishedMs: number;
  readonly contexts: readonly { readonly name: string; readonly namespace: string; readonly user: string }[];
  readonly databases: readonly DatabaseDescription[];
  readonly caches: readonly CacheDescription[];
  /** What makes load balancers for its Ingresses; `undefined`: nothing does. */
  readonly loadBalancers: LoadBalancers | undefined;
  readonly objects: readonly KubeObject[];
  /** Later states of them: objects that appear again among the manifests. */
  readonly later: readonly LaterState[];
}

/** The DNS zones of a world. */
export interface DnsDescription {
  readonly zones: readonly {
    readonly id: string;
    readonly name: string;
    readonly records: readonly DnsRecord[];
    /** World milliseconds from a change to its being on all name servers. */
    readonly propagationMs: number;
    /** How long resolvers remember that a name is not there. */
    readonly negativeMs: number;
  }[];
}

/** A resource record set; names in lower case, without the dot at the end. */
export interface DnsRecord {
  readonly name: string;
  readonly type: string;
  readonly ttlMs: number;
  readonly values: readonly string[];
}

export interface UserDescription {
  readonly name: string;
  readonly groups: readonly string[];
  /** Kubernetes' own roles, cluster-wide. */
  readonly roles: readonly ("cluster-admin" | "edit" | "view")[];
  /** What may be done besides, as in a ClusterRole. */
  readonly rules: readonly { readonly verbs: readonly string[]; readonly apiGroups: readonly string[]; readonly resources: readonly string[] }[];
}

/** What an image does in the world, found by its longest prefix. */
export interface ImageDescription {
  readonly image: string;
  readonly behaviour: "database" | "cache" | "web" | "plain";
  readonly version: string;
  /** World milliseconds from container start to ready. */
  readonly startMs: number;
  readonly startLog: readonly string[];
  /** Programs beside those of the behaviour. */
  readonly programs: readonly DescribedProgram[];
  /** Command line of the main process, as `ps` tells it. */
  readonly process: string;
  /** Tools that it carries to look around with. */
  readonly tools: readonly ("ps" | "netstat" | "nc")[];
  /** The tags that the registry has, with what is wrong with each; any other cannot be pulled. `undefined`: it has every tag. */
  readonly versions: ReadonlyMap<string, Flaws> | undefined;
}

/** What is wrong with a process: with every one of an image's version, or with those that a fault damaged. */
export interface Flaws {
  /** The process ends: at its start, or `afterMs` of world time later. */
  readonly crash: { readonly log: readonly string[]; readonly exitCode: number; readonly reason: string; readonly afterMs: number } | undefined;
  /** What the readiness probe says. */
  readonly unready: string | undefined;
  /** A share (0 to 1) of a web application's answers is this error; it rises to that share over `risesMs` from the pod's start. */
  readonly errors: { readonly status: number; readonly share: number; readonly risesMs: number; readonly log: string | undefined } | undefined;
  /** Added to each answer, world milliseconds. */
  readonly slowMs: number;
  /** A web application's circuit breaker to its cache is held open, whatever the cache does. */
  readonly breakerOpen: boolean;
}

/** A cache server: what each pod behind a service runs. */
export interface CacheDescription {
  readonly namespace: string;
  readonly service: string;
  /** What clients must AUTH with; `undefined` asks for none. */
  readonly password: string | undefined;
  /** Settings as `CONFIG SET` takes them. */
  readonly config: ReadonlyMap<string, string>;
  /** Commands that have filled it when the world begins. */
  readonly commands: readonly string[];
}

/** A database server's data at the start of the world: the workload whose pods run it, and the dump it was filled from. */
export interface DatabaseDescription {
  readonly claim: string;
  readonly namespace: string;
  readonly database: string;
  /** The first one is the administrator's. */
  readonly accounts: readonly AccountDescription[];
  /** `undefined`: it begins empty. */
  readonly dump: string | undefined;
  /** Statements run after the dump: what happened since. */
  readonly since: readonly string[];
  /** By which rows a drill tells what was lost; `undefined`: it cannot tell. */
  readonly rowTimes: RowTimes | undefined;
  /** Claim of the server that this one replicates, and its lag in world milliseconds. */
  readonly replicaOf: string | undefined;
  /** The other cluster which that server is in; `undefined`: its own. */
  readonly sourceCluster: string | undefined;
  readonly lagMs: number;
  /** Service name under which the replica reaches its source. */
  readonly sourceHost: string;
  /** Bytes of a dump that the server takes in per second of world time. */
  readonly restoreBytesPerSecond: number;
  /** What its files take on the volume beside what the drill itself keeps: an old log, the history of years. */
  readonly usedBytes: number;
}

/** A table that grows, and its column that says when each row came in, in UTC. */
export interface RowTimes {
  readonly table: string;
  readonly column: string;
}

/** An account of a database; its password comes from a Secret among the objects. */
export interface AccountDescription {
  readonly name: string;
  /** Where its clients may come from, as patterns: an account for each. */
  readonly hosts: readonly string[];
  readonly password: string;
  /** May do everything; others what they like in the described database. */
  readonly isSuper: boolean;
}

export interface BucketDescription {
  readonly name: string;
  readonly objects: readonly {
    readonly key: string;
    readonly file: string;
    /** World milliseconds before the start of the world at which it was stored. */
    readonly ageMs: number;
  }[];
}

/** A web application: served by the ready pods of a service, over the database its pods' environment names. */
export interface ApplicationDescription {
  readonly host: string;
  readonly namespace: string;
  readonly service: string;
  readonly datasourceVariable: string;
  /** Holds the account's password in its pods; `undefined`: the account's own is taken, whatever it is. */
  readonly passwordVariable: string | undefined;
  /** The database account it connects with. */
  readonly account: string;
  readonly health: { readonly path: string; readonly component: string; readonly probe: string };
  /** The variable of its pods that holds the key of its tokens (HS256); `undefined`: the world has one. */
  readonly tokenSecretVariable: string | undefined;
  /** A line that a pod logs for each request, with `{address}`, `{user}`, `{session}`, `{time}`, `{method}`, `{path}`, `{status}`, `{bytes}`, `{agent}`. */
  readonly accessLog: string | undefined;
  /** `undefined` for an application that keeps its sessions itself and caches nothing. */
  readonly cache: ApplicationCache | undefined;
  /** What stands between it and the world outside; `undefined`: nothing. */
  readonly gateway: GatewayDescription | undefined;
  /** Requests that come in all the time besides those of the drill. */
  readonly traffic: readonly TrafficDescription[];
  readonly endpoints: readonly EndpointDescription[];
}

/** The pods through which every request from outside comes. */
export interface GatewayDescription {
  readonly namespace: string;
  readonly service: string;
}

/** One kind of request that customers send all the time; only reads, so that rows stay as they are. */
export interface TrafficDescription {
  /** With its query. */
  readonly path: string;
  readonly perSecond: number;
}

/** A service of the cluster whose answers depend on nothing but how many of its pods are ready. */
export interface DescribedService {
  readonly namespace: string;
  readonly service: string;
  /** The first that fits is given. */
  readonly answers: readonly {
    readonly method: string;
    readonly path: string;
    /** Only while so many pods are ready. */
    readonly whenReady: number;
    readonly status: number;
    readonly body: string;
    readonly latencyMs: number;
  }[];
}

/** How an application uses its cache server: for answers, sessions and rate limits. */
export interface ApplicationCache {
  /** The variable of its pods that names the server's host. */
  readonly hostVariable: string;
  /** Name of the health component. */
  readonly component: string;
  /** How long it waits for the server, world milliseconds. */
  readonly timeoutMs: number;
  /** How long a session lives without use. */
  readonly sessionMs: number;
  /** After so many failures in a row the cache is left alone for `openMs`; then one call tries again. */
  readonly breaker: { readonly failures: number; readonly openMs: number };
}

/** One HTTP endpoint: statements with `:name` parameters, then a status and a JSON body in which `{name}` is filled in. */
export interface EndpointDescription {
  readonly method: string;
  /** `/api/orders/{id}`: a segment in braces is a parameter. */
  readonly path: string;
  /** Wants a bearer token with a live session, or only one that is signed with the application's key, as for renewing it. */
  readonly wants: "session" | "signature" | undefined;
  readonly statements: readonly {
    readonly sql: string;
    /** Runs once for each element of this list of the request's body. */
    readonly each: string | undefined;
    /** Names under which the first row's columns are parameters of what follows. */
    readonly into: readonly string[];
    /** Status when the statement gives or changes no row. */
    readonly noRowStatus: number | undefined;
  }[];
  readonly status: number;
  readonly body: string | undefined;
  /** Body is the rows of the last statement. */
  readonly rows: boolean;
  /** Issues a token for the user in this parameter, as the parameter `token`. */
  readonly tokenFor: string | undefined;
  /** What the work behind it takes, world milliseconds. */
  readonly latencyMs: number;
  /** The answer is kept in the cache under the path and query, for so long, world milliseconds. */
  readonly cachedMs: number | undefined;
  /** More failed attempts than that of one caller (the value of the parameter `by`) within `windowMs` are answered with 429. */
  readonly rateLimit: { readonly attempts: number; readonly windowMs: number; readonly by: string } | undefined;
  /** A service of the cluster without which it answers 503. */
  readonly needs: string | undefined;
}

/** A fault of a world, before its parameters have values. */
export interface FaultTemplate extends FaultDescription {
  /** What it does with these values of parameters; the others have their defaults. */
  recipe(values: Readonly<Record<string, string>>): FaultRecipe;
}

/**
 * A fault by what it does to the world's state: it damages things that are there, or changes objects as a person or a pipeline would.
 * What cures it is a predicate on that state: the damaged thing is gone or no longer used, the objects say something else.
 */
export interface FaultRecipe {
  /** The cluster that it is in; `undefined`: the world's own. */
  readonly cluster: string | undefined;
  readonly namespace: string;
  /** What it damages: this very pod, this claim's volume, or the pods with these labels, as they are when it is injected. */
  readonly damages: { readonly kind: "pod" | "claim"; readonly name: string } | { readonly kind: "pods"; readonly labels: ReadonlyMap<string, string> } | undefined;
  /** What is wrong with every process in what it damages. */
  readonly flaws: Flaws;
  /** Later states of objects that it applies, under a field manager's name. */
  readonly changes: readonly { readonly manager: string; readonly object: KubeObject }[];
  /** What it does to the cache behind a service. */
  readonly cache: CacheDamage | undefined;
  /** How its cluster can be reached from then on. */
  readonly outage: Outage | undefined;
  /** Changes of DNS records, on all name servers and resolvers at once. */
  readonly dns: { readonly zone: string; readonly records: readonly DnsRecord[] } | undefined;
  /** How far the replica on a claim is behind from then on. */
  readonly replication: { readonly claim: string; readonly lagMs: number } | undefined;
  /** Connections to a database that a client leaves open. */
  readonly connections: HeldConnections | undefined;
  /** The attacker that it sets to work. */
  readonly attack: AttackDescription | undefined;
  /** People that it sends to an application. */
  readonly customers: CustomersDescription | undefined;
  /** A file that fills a database's volume. */
  readonly fills: FillingFile | undefined;
}

/** A file beside a server's data, so large that this share of the volume is used, 1 being all of it. */
export interface FillingFile {
  readonly claim: string;
  readonly file: string;
  readonly share: number;
}

/** Connections that nobody uses and nobody closes: a leak in a client that is gone. */
export interface HeldConnections {
  readonly claim: string;
  readonly account: string;
  /** IP address of the client. */
  readonly address: string;
  /** Fewer where the server takes no more. */
  readonly count: number;
}

/** What of a cluster clients get to. Its pods go on running. */
export interface Outage {
  readonly apiServer: DoorState;
  /** The applications' entrances, and the way of other clusters to its databases. */
  readonly network: DoorState;
  /** World milliseconds after which everything can be reached again; `undefined`: it stays. */
  readonly lastsMs: number | undefined;
}

/** What a fault does to a cache server's state. */
export interface CacheDamage {
  readonly service: string;
  /** Run on the server. */
  readonly commands: readonly string[];
  /** A client that keeps the server busy: each command of others waits that long (world milliseconds) while it is connected. */
  readonly client: { readonly name: string; readonly address: string; readonly command: string; readonly busyMs: number } | undefined;
}
