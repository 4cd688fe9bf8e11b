import assert from "node:assert/strict";
import { needKubectl } from "../../parts/kubectl.ts";
import { rehearse, type RehearsedWorld } from "./rehearsedWorld.ts";

const LOGIN = "/api/auth/login";
const READY = ["get", "pod", "redis-0", "--ignore-not-found", "-o", 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'];

describe("cache failures", function suite() {
  this.timeout(180_000);
  let world: RehearsedWorld;
  before(async function () {
    world = await rehearse(await needKubectl("1.30", this));
  });
  after(() => world?.close());

  const isUp = async (): Promise<boolean> => (await world.ask("/actuator/health/redis")).status === 200 && (await world.kubectl(READY)) === "True";
  const isDown = async (): Promise<boolean> => (await world.ask("/actuator/health/redis")).status === 503;
  const wrongLogin = async (): Promise<number> => (await world.ask(LOGIN, { body: { username: "nobody", password: "wrong" } })).status;
  /** Whether the application keeps answers in the cache now. */
  const isCaching = async (): Promise<boolean> => {
    for (let call = 0; call < 4; call += 1) await world.ask("/api/categories");
    return (await world.redis("KEYS answer:/api/categories")).trim() !== "";
  };

  /** What each of the application's pods says of its way to the cache; they take turns. */
  const breakers = async (): Promise<string> => (await Promise.all([1, 2].map(async () => JSON.stringify((await world.ask("/actuator/health/circuitBreakers")).body)))).join();
  /** Whether every pod of the application uses the cache again: after a failure one may hold back longer than another. */
  const isUsedByAll = async (): Promise<boolean> => (await isCaching()) && !(await breakers()).includes("OPEN");

  /**
   * Deletes the cache's pod. Without kubectl's own wait: a set brings the pod back under its name, here within milliseconds, and a
   * kubectl that looks only then waits for the new one's end.
   */
  const deleteCachePod = async (): Promise<void> => {
    const uid = (): Promise<string> => world.kubectl("get pod redis-0 --ignore-not-found -o jsonpath={.metadata.uid}");
    const before = await uid();
    await world.kubectl("delete pod redis-0 --wait=false");
    await world.until("another pod has its name", async () => !["", before].includes(await uid()));
  };

  it("a healthy cache keeps answers, sessions, carts and rate limits", async () => {
    assert.ok(await isUp());
    const [cold, warm] = [await world.ask("/api/categories"), await world.ask("/api/categories")];
    assert.deepEqual(warm.body, cold.body);
    assert.ok(await isCaching());
    assert.deepEqual([await wrongLogin(), await wrongLogin(), await wrongLogin(), await wrongLogin()], [401, 401, 401, 429]);
    assert.match(await world.redis("HGETALL cart:17"), /^12\n2\n88\n1\n$/u);
  });

  for (const { fault, cures, wrong } of [
    { fault: "redis-crash-loop", wrong: ["rollout restart deployment/buildnest-app"], cures: [["delete pod redis-0 --wait=false"], ["rollout restart statefulset/redis"], ["scale statefulset/redis --replicas=0", "scale statefulset/redis --replicas=1"]] },
    { fault: "redis-out-of-memory", wrong: ["rollout restart deployment/buildnest-app"], cures: [["delete pod redis-0 --wait=false"], ["delete pod redis-0 --wait=false --grace-period=0 --force"]] },
    { fault: "redis-gone", wrong: ["rollout restart statefulset/redis"], cures: [["scale statefulset/redis --replicas=1"], ['patch statefulset/redis -p {"spec":{"replicas":1}}']] },
  ] as const) {
    it(`${fault}: ${cures.map((cure) => cure.join(", ")).join(" or ")}; not by ${wrong.join(", ")}`, async () => {
      for (const [round, cure] of cures.entries()) {
        await world.inject(fault);
        await world.until("the application misses the cache", isDown);
        if (round === 0) {
          assert.equal((await world.ask("/api/products")).status, 200, "the shop itself goes on");
          assert.deepEqual(new Set([await wrongLogin(), await wrongLogin(), await wrongLogin(), await wrongLogin(), await wrongLogin()]), new Set([401]), "nobody is limited");
          for (const command of wrong) await world.kubectl(command);
          await world.pass(90);
          await world.until("it does not come back by itself", isDown, 30);
        }
        for (const command of cure) await world.kubectl(command);
        await world.until("the cache is back", isUp);
        assert.equal((await world.redis("EXISTS cart:17 cart:42")).trim(), "0", "what was in it is lost");
        await world.until("the application uses it again", isCaching);
      }
    });
  }

  it("killed for memory, the pod says so", async () => {
    await world.inject("redis-out-of-memory");
    await world.until("it shows", async () => /OOMKilled/u.test(await world.kubectl("describe pod redis-0")));
    await deleteCachePod();
    await world.until("the cache is back", isUp);
  });

  it("a cache that outgrows its container's memory is killed as well", async () => {
    await world.kubectl('patch statefulset/redis -p {"spec":{"template":{"spec":{"containers":[{"name":"redis","resources":{"limits":{"memory":"1Mi"}}}]}}}}');
    await world.until("the small one runs", async () => (await isUp()) && (await world.kubectl("get pod redis-0 -o jsonpath={.spec.containers[0].resources.limits.memory}")) === "1Mi");
    const words = ["exec", "redis-0", "--", "redis-cli", "SET", "big", "x".repeat(100_000)];
    await world.kubectl(words);
    await world.kubectl(words.with(5, "bigger"));
    await world.until("it is killed", async () => /"reason":"OOMKilled"/u.test(await world.kubectl("get pod redis-0 -o jsonpath={.status.containerStatuses[0]}")));
    await world.until("it is empty and well after its restart", isUp);
    await world.kubectl("rollout undo statefulset/redis");
  });

  it("redis-slow: CLIENT KILL or a new pod ends it; restarting the application does not", async () => {
    await world.until("the cache is up", isUp);
    for (const cure of ["kill", "delete"]) {
      await world.inject("redis-slow");
      await world.until("the health check times out", isDown);
      if (cure === "kill") {
        await world.kubectl("rollout restart deployment/buildnest-app");
        await world.pass(90);
        assert.ok(await isDown());
        assert.match(await world.redis("SLOWLOG GET 1"), /KEYS\n\*/u);
        const address = /addr=(\S+) .*name=report-export/u.exec(await world.redis("CLIENT LIST"))?.[1];
        assert.equal((await world.redis(`CLIENT KILL ADDR ${address ?? ""}`)).trim(), "1");
      } else await deleteCachePod();
      await world.until("the cache is quick again", isUp);
    }
  });

  it("redis-data-lost: everybody is logged out for good, and can log in again; a restart only does it once more", async () => {
    const login = async (): Promise<string> => {
      const { status, body } = await world.ask(LOGIN, { body: { username: "testuser", password: "testpass" } });
      assert.equal(status, 200, JSON.stringify(body));
      return (body as { readonly token: string }).token;
    };
    const order = async (token: string): Promise<number> => (await world.ask("/api/orders", { token, body: { items: [{ productId: 1, quantity: 1 }] } })).status;
    await world.until("the application uses the cache", isUsedByAll);
    const token = await login();
    assert.equal(await order(token), 201);
    await world.inject("redis-data-lost");
    assert.equal(await order(token), 401);
    const again = await login();
    assert.equal(await order(again), 201);
    await deleteCachePod();
    await world.until("the cache is back", isUp);
    await world.until("the application uses it again", isUsedByAll);
    assert.equal(await order(token), 401, "a restart brings nothing back");
    assert.equal(await order(again), 401, "and logs out who had logged in since");
    assert.equal(await order(await login()), 201);
  });

  it("circuit-breaker-open: new pods of the application close it; a new cache does not", async () => {
    await world.inject("circuit-breaker-open");
    await world.redis("FLUSHALL");
    assert.equal(await isCaching(), false);
    await deleteCachePod();
    await world.until("the cache is back", isUp);
    assert.match(await breakers(), /FORCED_OPEN/u);
    assert.equal(await isCaching(), false);
    await world.kubectl("rollout restart deployment/buildnest-app");
    await world.until("the application uses the cache again", isCaching);
    await world.until("no pod holds it open", async () => !(await breakers()).includes("OPEN"));
  });
});
