import type { Cluster, KubeObject } from "../contract.ts";
import type { GatewayDescription } from "../world/description.ts";
import { proxyPage } from "./answers.ts";
import { readyAddresses } from "../kube/readyAddresses.ts";
import type { ApplicationRequest, ApplicationResponse, WebService } from "./webService.ts";
import type { Observation } from "./requestMeter.ts";

/** An API gateway in front of an application: one of its ready pods takes each request, and counts what became of it. A cluster without its service goes without it. */
export class Gateway implements WebService {
  readonly #description: GatewayDescription;
  readonly #behind: WebService;
  readonly #cluster: Cluster;
  readonly #onAnswer: (pod: KubeObject, observation: Observation) => void;
  #turn = 0;

  constructor(description: GatewayDescription, behind: WebService, cluster: Cluster, onAnswer: (pod: KubeObject, observation: Observation) => void) {
    this.#description = description;
    this.#behind = behind;
    this.#cluster = cluster;
    this.#onAnswer = onAnswer;
  }

  answer(request: ApplicationRequest): ApplicationResponse {
    const { namespace, service } = this.#description;
    if (this.#cluster.get("Service", namespace, service) === undefined) return this.#behind.answer(request);
    const pods = readyAddresses(this.#cluster, namespace, service).flatMap((name) => this.#cluster.get("Pod", namespace, name) ?? []);
    const pod = pods[this.#turn++ % Math.max(pods.length, 1)];
    if (pod === undefined) return proxyPage("503 Service Temporarily Unavailable");
    const response = this.#behind.answer(request);
    this.#onAnswer(pod, { method: request.method, uri: undefined, status: response.status, seconds: (response.delayMs ?? 0) / 1000, count: request.count ?? 1 });
    return response;
  }
}
