import assert from "node:assert/strict";
import { needKubectl } from "../../parts/kubectl.ts";
import { Remembered } from "./remembered.ts";
import { rehearse, type RehearsedWorld } from "./rehearsedWorld.ts";

const FAULT = "jwt-secret-leaked";
const APP = "deployment/buildnest-app";
const INTRUDER = "203.0.113.66";
const POLICY = JSON.stringify({ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name: "cut-off" }, spec: { podSelector: { matchLabels: { incident: "quarantine" } }, policyTypes: ["Ingress", "Egress"] } });
const MARK = JSON.stringify({ metadata: { labels: { app: null, incident: "quarantine" } } });
/** The intruder's rounds are six seconds apart. */
const ROUND_SECONDS = 20;

describe("a leaked secret and an intruder", function suite() {
  this.timeout(180_000);
  let kubectlPath: string;
  let world: RehearsedWorld;
  before(async function () {
    kubectlPath = await needKubectl("1.30", this);
  });
  // Each rehearsal is a breach of its own: what one left behind must not help the next.
  const remembered = new Remembered();
  beforeEach(async () => {
    world = await rehearse(kubectlPath, undefined, undefined, remembered);
  });
  afterEach(() => world?.close());

  const names = async (selector: string): Promise<readonly string[]> => (await world.kubectl(`get pods -l ${selector} -o name`)).split("\n").filter((name) => name !== "");
  const serving = (): Promise<readonly string[]> => names("app=buildnest");
  const logs = async (pods: readonly string[], options: readonly string[] = []): Promise<string> => (await Promise.all(pods.map((pod) => world.kubectl(["logs", pod, ...options])))).join("");
  const servedTo = (log: string): readonly string[] => log.split("\n").filter((line) => line.startsWith(INTRUDER) && /HTTP\/1\.1" 2\d\d /u.test(line));
  const sessionsIn = (log: string): readonly string[] => [...new Set(servedTo(log).flatMap((line) => /session=([0-9a-f]{32})/u.exec(line)?.[1] ?? []))];
  /** Whether the serving pods answered the intruder in the last rounds. */
  const isIn = async (): Promise<boolean> => {
    await world.pass(ROUND_SECONDS);
    return servedTo(await logs(await serving(), [`--since=${ROUND_SECONDS}s`])).length > 0;
  };
  /** Whether somebody copies the customers through the database now. */
  const isCopying = async (): Promise<boolean> => {
    for (let look = 0; look < 12; look += 1) {
      const list = await world.kubectl(["exec", "mysql-0", "--", "sh", "-c", 'MYSQL_PWD="$MYSQL_ROOT_PASSWORD" mysql -u root -e "SHOW FULL PROCESSLIST"']);
      if (/10\.244\.\S+\t\S+\tQuery\t.*password_hash FROM users/u.test(list)) return true;
      await world.pass(2);
    }
    return false;
  };
  const login = async (): Promise<string> => {
    const { status, body } = await world.ask("/api/auth/login", { body: { username: "testuser", password: "testpass" } });
    assert.equal(status, 200, JSON.stringify(body));
    return (body as { readonly token: string }).token;
  };
  const orders = async (token: string): Promise<number> => (await world.ask("/api/orders", { token })).status;
  const isServing = async (): Promise<void> => {
    await world.kubectl(`rollout status ${APP} --timeout=60s`);
    await world.until("the application serves", async () => (await world.ask("/api/products")).status === 200);
  };
  const rotate = (): Promise<string> => world.kubectl(["patch", "secret", "buildnest-secrets", "--type=merge", "-p", JSON.stringify({ stringData: { "jwt.secret": "another-key-that-nobody-else-has" } })]);
  const restart = async (): Promise<void> => {
    await world.kubectl(`rollout restart ${APP}`);
    await isServing();
    // The old pods sign with the old key until they are gone.
    await world.until("only new pods are left", async () => (await serving()).length === 2);
  };
  const quarantine = async (): Promise<readonly string[]> => {
    const suspects = await serving();
    await world.kubectl(["create", "-f", "-"], POLICY);
    for (const pod of suspects) await world.kubectl(["patch", pod, "--type=merge", "-p", MARK]);
    return suspects;
  };

  it("shows in the pods' logs, processes and connections, in the cache and in the database", async () => {
    await world.inject(FAULT);
    const pods = await serving();
    const sessions = sessionsIn(await logs(pods));
    assert.equal(sessions.length, 5);
    const kept = await world.redis("--scan --pattern session:*");
    for (const session of sessions) assert.match(kept, new RegExp(`session:${session}`, "u"));
    for (const pod of pods) {
      assert.match(await world.kubectl(`exec ${pod} -- ps aux`), /kworkerd --connect/u);
      assert.match(await world.kubectl(`exec ${pod} -- netstat -tnp`), new RegExp(`${INTRUDER}:4444 +ESTABLISHED`, "u"));
    }
    assert.ok(await isCopying());
    await world.pass(60);
    assert.ok(await isIn(), "nobody does anything, and it goes on");
  });

  it("comes from where its parameters say, as often and with as large a bite", async () => {
    const address = "198.51.100.7";
    // As often as one of its statements takes: somebody who looks always finds one.
    await world.inject(FAULT, { address, everySeconds: "4", pageRows: "3" });
    await world.pass(60);
    const [pod = ""] = await serving();
    assert.match(await world.kubectl(`exec ${pod} -- netstat -tnp`), new RegExp(`${address}:4444 +ESTABLISHED`, "u"));
    const log = await logs(await serving());
    assert.ok(log.includes(`${address} - `) && !log.includes(INTRUDER), log);
    await world.until("it copies three customers at a time", async () => /password_hash FROM users ORDER BY id LIMIT 3 OFFSET (?:[369]|\d\d)/u.test(await world.kubectl(["exec", "mysql-0", "--", "sh", "-c", 'MYSQL_PWD="$MYSQL_ROOT_PASSWORD" mysql -u root -e "SHOW FULL PROCESSLIST"'])));
  });

  it("ends by quarantine, a new key and new pods; the old pods and their evidence are kept", async () => {
    const old = await login();
    assert.equal(await orders(old), 200);
    await world.inject(FAULT);
    const suspects = await quarantine();
    await isServing();
    assert.equal((await names("incident=quarantine")).length, suspects.length);
    assert.equal(await world.kubectl(`get ${suspects[0] ?? ""} -o jsonpath={.metadata.ownerReferences}`), "", "its controller has let go of it");
    assert.equal((await serving()).filter((pod) => suspects.includes(pod)).length, 0);
    assert.match(await world.kubectl(`exec ${suspects[0] ?? ""} -- netstat -tnp`), /SYN_SENT/u);
    await assert.rejects(world.kubectl(`exec ${suspects[0] ?? ""} -- nc -z -w 1 mysql 3306`), /exit code 1/u);
    await world.kubectl(`exec ${(await serving())[0] ?? ""} -- nc -z -w 1 mysql 3306`);
    assert.ok(!(await isCopying()), "the network lets nothing out");
    assert.ok(await isIn(), "forged tokens are as good as ever");
    assert.equal(sessionsIn(await logs(suspects)).length, 5, "the evidence is there");
    // A session lives for half an hour, of which a slow machine may have used up all.
    const late = await login();
    await rotate();
    assert.equal(await orders(late), 200, "pods read the Secret when they start");
    await restart();
    assert.deepEqual([await orders(old), await orders(late)], [401, 401]);
    assert.ok(!(await isIn()));
    assert.match(await logs(await serving()), new RegExp(`${INTRUDER} - - .*"POST /api/auth/refresh HTTP/1.1" 401`, "u"));
    assert.equal(await orders(await login()), 200);
    assert.equal(sessionsIn(await logs(suspects)).length, 5, "the evidence is still there");
  });

  it("ends by other commands of stock kubectl that reach the same state", async () => {
    await world.inject(FAULT);
    const suspects = await serving();
    const value = Buffer.from("yet-another-key-of-their-own").toString("base64");
    await world.kubectl(["patch", "secret", "buildnest-secrets", "--type=json", "-p", JSON.stringify([{ op: "replace", path: "/data/jwt.secret", value }])]);
    await world.kubectl(`label ${suspects.join(" ")} app- incident=quarantine`);
    await world.kubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name: "deny" }, spec: { podSelector: { matchExpressions: [{ key: "incident", operator: "Exists" }] }, policyTypes: ["Egress"] } }));
    await isServing();
    // The pods that took their place were started after the change.
    assert.ok(!(await isIn()));
    assert.ok(!(await isCopying()));
    assert.equal(sessionsIn(await logs(suspects)).length, 5);
  });

  for (const { title, act, isCopyingOn } of [
    { title: "new pods without a new key", act: () => restart(), isCopyingOn: false },
    { title: "a new key without new pods", act: () => rotate(), isCopyingOn: true },
    { title: "deleting all sessions", act: () => world.redis("FLUSHALL"), isCopyingOn: true },
    { title: "marking pods without a policy", act: async () => {
      for (const pod of await serving()) await world.kubectl(["patch", pod, "--type=merge", "-p", MARK]);
      await isServing();
    }, isCopyingOn: true },
    { title: "scaling to zero and back", act: async () => {
      await world.kubectl(`scale ${APP} --replicas=0`);
      await world.until("all are gone", async () => (await serving()).length === 0);
      await world.kubectl(`scale ${APP} --replicas=2`);
      await isServing();
    }, isCopyingOn: false },
  ] as const) {
    it(`does not end by ${title}`, async () => {
      await world.inject(FAULT);
      await act();
      assert.ok(await isIn(), "the intruder is answered");
      assert.equal(await isCopying(), isCopyingOn, "customers are copied from inside");
    });
  }

  it("loses its evidence in the wrong order: sessions by FLUSHALL, logs with their pods", async () => {
    await world.inject(FAULT);
    const pods = await serving();
    const used = sessionsIn(await logs(pods));
    await world.redis("FLUSHALL");
    const kept = await world.redis("--scan --pattern session:*");
    assert.ok(used.some((session) => !kept.includes(session)), "a session of the log is nowhere any more");
    await world.kubectl(`scale ${APP} --replicas=0`);
    await world.until("all are gone", async () => (await serving()).length === 0);
    for (const pod of pods) await assert.rejects(world.kubectl(["logs", pod]), /not found/u);
  });

  it("a policy that names the intruder's address keeps them out of the application alone", async () => {
    await world.inject(FAULT);
    const policy = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name: "not-them" }, spec: { podSelector: { matchLabels: { app: "buildnest" } }, ingress: [{ from: [{ ipBlock: { cidr: "0.0.0.0/0", except: [`${INTRUDER}/32`] } }] }] } };
    await world.kubectl(["apply", "-f", "-"], JSON.stringify(policy));
    assert.ok(!(await isIn()));
    assert.ok(await isCopying());
    assert.equal((await world.ask("/api/products")).status, 200, "customers are served");
  });
});
