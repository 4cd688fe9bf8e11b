import type { Cluster } from "../contract.ts";
import type { DescribedService } from "../world/description.ts";
import { json } from "./answers.ts";
import { readyAddresses } from "../kube/readyAddresses.ts";
import type { ApplicationRequest, ApplicationResponse, WebService } from "./webService.ts";

/** A service whose answers depend on nothing but how many of its pods are ready, such as a search cluster's own health. */
export class FixedService implements WebService {
  readonly #description: DescribedService;
  readonly #cluster: Cluster;

  constructor(description: DescribedService, cluster: Cluster) {
    this.#description = description;
    this.#cluster = cluster;
  }

  /** `{ready}` in a body is the number of ready pods. Without any, nothing listens: 503, as the API server's proxy would say. */
  answer({ method, path }: ApplicationRequest): ApplicationResponse {
    const { namespace, service, answers } = this.#description;
    const ready = readyAddresses(this.#cluster, namespace, service).length;
    if (ready === 0) return json(503, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message: `no endpoints available for service ${JSON.stringify(service)}`, reason: "ServiceUnavailable", code: 503 });
    const found = answers.find((answer) => answer.method === method && answer.path === path && ready >= answer.whenReady);
    if (found === undefined) return json(404, { status: 404, error: "Not Found", path });
    return { status: found.status, contentType: "application/json", body: found.body.replaceAll("{ready}", String(ready)), delayMs: found.latencyMs };
  }
}
