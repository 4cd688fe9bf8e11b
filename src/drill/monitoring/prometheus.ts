import type { Cluster, WorldClock } from "../contract.ts";
import { readyAddresses } from "../kube/readyAddresses.ts";
import type { ApplicationRequest, ApplicationResponse } from "../app/webService.ts";
import { getRequest, type WebService } from "../app/webService.ts";
import { labelsFrom, SeriesStore, type Labels, type SavedSeries } from "../promql/series.ts";
import type { TrafficDescription } from "../world/description.ts";
import type { MonitoringDescription } from "./description.ts";
import { answerApi } from "./httpApi.ts";
import { RuleEngine, type ActiveAlert, type RuleGroup } from "./rules.ts";
import { targetsOf, type Scraped, type Target } from "./targets.ts";

/** A Prometheus in a snapshot. */
export interface SavedPrometheus {
  readonly series: SavedSeries;
  readonly alerts: readonly ActiveAlert[];
  /** World epoch milliseconds of the last scrape. */
  readonly scrapedAt: number;
}

/** Customers' requests to one host. */
export interface Traffic {
  readonly host: string;
  readonly kinds: readonly TrafficDescription[];
  /** Whether they come to this cluster now. */
  readonly isComing: () => boolean;
}

/** So many requests of each kind are really made a scrape; each stands for its share of the traffic. */
const ASKED_OF_A_KIND = 4;
/** At the start of a new world it looks as if it had scraped the healthy system for so long. */
const PAST_MS = 600_000;
/** Traffic of more scrapes than that is not made up for, e.g. after the world itself was down. */
const MISSED_SCRAPES = 4;

/** A Prometheus: scrapes the world's real state on world time, evaluates its rules, and answers the query API. */
export class Prometheus implements WebService {
  readonly description: MonitoringDescription;
  readonly rules: RuleEngine;
  readonly store = new SeriesStore();
  readonly #world: Scraped;
  readonly #traffic: readonly Traffic[];
  /** Series of the last scrape: those that a scrape does not give any more go stale. */
  #present: ReadonlyMap<string, Labels> = new Map();
  #scrapedAt: number;
  #isScraping = false;
  #targets: readonly (Target & { readonly pool: string })[] = [];

  constructor(description: MonitoringDescription, groups: readonly RuleGroup[], world: Scraped, traffic: readonly Traffic[], saved: SavedPrometheus | undefined) {
    this.description = description;
    this.#world = world;
    this.#traffic = traffic;
    if (saved !== undefined) this.store.restore(saved.series);
    this.rules = new RuleEngine(groups, this.store, saved?.alerts ?? []);
    this.#scrapedAt = saved?.scrapedAt ?? world.now();
    this.#present = new Map(this.store.labels.map((labels) => [JSON.stringify([...labels]), labels]));
    if (saved === undefined) this.#liveThePast();
  }

  /** Scrapes on the world's clock from now on. */
  start(clock: WorldClock, onScrape: () => void): void {
    clock.after(this.description.scrapeMs, () => {
      this.scrape();
      onScrape();
      this.start(clock, onScrape);
    });
  }

  /** What the scrape jobs found last. */
  get targets(): readonly (Target & { readonly pool: string })[] {
    return this.#targets;
  }

  /** Whether what happens now happens because of traffic and scrapes. */
  get isScraping(): boolean {
    return this.#isScraping;
  }

  get scrapedAt(): number {
    return this.#scrapedAt;
  }

  get isUp(): boolean {
    const { namespace, service } = this.description;
    return readyAddresses(this.#cluster, namespace, service).length > 0;
  }

  get #cluster(): Cluster {
    return this.#world.cluster;
  }

  now(): number {
    return this.#world.now();
  }

  /** Lets customers ask for what they would have asked since the last scrape, then scrapes and evaluates, if its own pod runs. */
  scrape(): void {
    const at = this.#world.now();
    const sinceMs = Math.min(at - this.#scrapedAt, MISSED_SCRAPES * this.description.scrapeMs);
    this.#isScraping = true;
    try {
      this.#askAll(sinceMs);
      this.#scrapedAt = at;
      if (this.isUp) this.#collect(at);
    } finally {
      this.#isScraping = false;
    }
  }

  save(): SavedPrometheus {
    return { series: this.store.save(), alerts: this.rules.active, scrapedAt: this.#scrapedAt };
  }

  answer(request: ApplicationRequest): ApplicationResponse {
    return this.isUp ? answerApi(this, request) : { status: 503, contentType: "text/plain; charset=utf-8", body: "no available server\n" };
  }

  #askAll(ms: number): void {
    for (const { host, kinds, isComing } of this.#traffic) if (isComing()) for (const kind of kinds) this.#ask(host, kind, ms);
  }

  #ask(host: string, { path, perSecond }: TrafficDescription, ms: number): void {
    const service = this.#world.web.host(host);
    const wanted = Math.round((perSecond * ms) / 1000);
    for (let index = 0; index < ASKED_OF_A_KIND; index += 1) {
      const count = Math.floor((wanted * (index + 1)) / ASKED_OF_A_KIND) - Math.floor((wanted * index) / ASKED_OF_A_KIND);
      if (count > 0) service?.answer({ ...getRequest(path), count });
    }
  }

  /** Gives a new world the samples of a healthy past: what was counted in one interval, counted in each. */
  #liveThePast(): void {
    const { scrapeMs } = this.description;
    const end = this.#world.now();
    this.#scrapedAt = end - scrapeMs;
    this.#askAll(scrapeMs);
    this.#targets = this.#scrapeAll();
    const rounds = Math.floor(PAST_MS / scrapeMs);
    for (const target of this.#targets) {
      for (const { labels, value, isCounter } of seriesOf(target)) {
        for (let round = 1; round <= rounds; round += 1) this.store.append(labels, end - (rounds - round + 1) * scrapeMs, isCounter ? value * round : value);
      }
    }
    for (const application of this.#world.applications) for (const meter of [application.meter, application.gatewayMeter]) meter.multiply(rounds);
  }

  #scrapeAll(): readonly (Target & { readonly pool: string })[] {
    return this.description.jobs.flatMap((job) => targetsOf(job, this.#world).map((target) => ({ ...target, pool: job.job })));
  }

  #collect(at: number): void {
    this.#targets = this.#scrapeAll();
    const present = new Map(this.#targets.flatMap((target) => seriesOf(target).map(({ labels, value }) => {
      this.store.append(labels, at, value);
      return [JSON.stringify([...labels]), labels] as const;
    })));
    for (const [key, labels] of this.#present) if (!present.has(key) && labels.has("job")) this.store.append(labels, at, Number.NaN);
    this.#present = present;
    this.rules.evaluate(at);
    this.store.forget(at - this.description.retentionMs);
  }
}

function seriesOf({ labels, samples }: Target): readonly { readonly labels: Labels; readonly value: number; readonly isCounter: boolean }[] {
  const all = [{ name: "up", labels: {}, value: Number(samples !== undefined) }, ...(samples ?? [])];
  return all.map((sample) => ({
    labels: labelsFrom(Object.entries({ ...sample.labels, ...labels, __name__: sample.name })),
    value: sample.value,
    isCounter: /(?:_count|_sum|_bucket|_requests_total)$/u.test(sample.name),
  }));
}
