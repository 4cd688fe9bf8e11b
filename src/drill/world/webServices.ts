import { FixedService } from "../app/fixedService.ts";
import { Gateway } from "../app/gateway.ts";
import { RequestMeter } from "../app/requestMeter.ts";
import { readyAddresses } from "../kube/readyAddresses.ts";
import { WebApplication, type ApplicationParts } from "../app/webApplication.ts";
import type { WebDirectory, WebService } from "../app/webService.ts";
import { podSpecOf } from "../kube/objects.ts";
import type { Prometheus } from "../monitoring/prometheus.ts";
import type { MeteredApplication } from "../monitoring/targets.ts";
import type { ApplicationDescription, WorldDescription } from "./description.ts";

/** How far back the quantiles of a gateway's summary look, world milliseconds. */
const QUANTILE_WINDOW_MS = 120_000;

/** How people outside reach something that answers HTTP. */
export interface Entrance {
  readonly host: string;
  readonly namespace: string;
  /** Services of the cluster through which an Ingress leads to it. */
  readonly services: readonly string[];
  readonly web: WebService;
}

/** Everything in a cluster that answers HTTP, by host name and by service. */
export class WebServices implements WebDirectory {
  readonly applications: readonly MeteredApplication[];
  readonly #entrances: Entrance[] = [];
  readonly #applications = new Map<string, WebApplication>();
  readonly #services = new Map<string, WebService>();

  constructor(description: WorldDescription, parts: Omit<ApplicationParts, "hasEndpoints" | "onAnswer">) {
    const startMs = new Map(description.images.map((image) => [image.image, image.startMs]));
    this.applications = description.applications.map((application) => this.#add(application, parts, startMs));
    for (const service of description.services) this.#addService(service.namespace, service.service, new FixedService(service, parts.cluster));
  }

  host(name: string): WebService | undefined {
    return this.#entrances.find((entrance) => entrance.host === name)?.web;
  }

  service(namespace: string, name: string): WebService | undefined {
    return this.#services.get(`${namespace}/${name}`);
  }

  /** The application of a host, without the gateway in front of it. */
  application(host: string): WebApplication | undefined {
    return this.#applications.get(host);
  }

  /** What people reach from outside. */
  get entrances(): readonly Entrance[] {
    return this.#entrances;
  }

  /** Makes a Prometheus reachable in the cluster; the result is its way from outside, `undefined` where it has none. */
  addPrometheus(prometheus: Prometheus): Entrance | undefined {
    const { namespace, service, host } = prometheus.description;
    this.#addService(namespace, service, prometheus);
    if (host === undefined) return undefined;
    const entrance = { host, namespace, services: [service], web: prometheus };
    this.#entrances.push(entrance);
    return entrance;
  }

  #addService(namespace: string, name: string, service: WebService): void {
    this.#services.set(`${namespace}/${name}`, service);
  }

  #add(description: ApplicationDescription, parts: Omit<ApplicationParts, "hasEndpoints" | "onAnswer">, startMs: ReadonlyMap<string, number>): MeteredApplication {
    const meter = new RequestMeter(parts.now, QUANTILE_WINDOW_MS);
    const gatewayMeter = new RequestMeter(parts.now, QUANTILE_WINDOW_MS);
    const { host, namespace, service, gateway } = description;
    const application = new WebApplication(description, {
      ...parts,
      hasEndpoints: (wherein, name) => readyAddresses(parts.cluster, wherein, name).length > 0,
      onAnswer: (pod, observation) => meter.observe(pod, observation),
    });
    this.#addService(namespace, service, application);
    this.#applications.set(host, application);
    const web = gateway === undefined ? application : new Gateway(gateway, application, parts.cluster, (pod, observation) => gatewayMeter.observe(pod, observation));
    this.#entrances.push({ host, namespace, services: gateway === undefined ? [service] : [service, gateway.service], web });
    return { host, namespace, service, gateway, meter, gatewayMeter, startMs: (pod) => longestPrefix(startMs, podSpecOf(pod).containers[0]?.image ?? "") };
  }
}

function longestPrefix(values: ReadonlyMap<string, number>, image: string): number {
  const [best] = [...values].filter(([prefix]) => image.startsWith(prefix)).sort(([left], [right]) => right.length - left.length);
  return best?.[1] ?? 0;
}
