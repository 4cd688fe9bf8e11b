import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { planOperation, wordsOf } from "../../../src/core/command/planOperation.ts";
import type { Ran } from "../../unit/kubectl/fakes.ts";
import { type KubectlVersion, needKubectl } from "../../parts/kubectl.ts";
import { type ConnectedCluster, connectedIllWorld, SERVER_NAMES, type ServerKind } from "./connectedWorld.ts";
import { FidelityRecord } from "./fidelityRecord.ts";
import { readsOf } from "./reads.ts";
import { asWordedBy } from "./wordedBy.ts";

/** Ages move with the second. */
const ATTEMPTS = 3;
/** How many comparisons go on at a time: most of one is a process that starts. */
const AT_ONCE = 3;

/** Our kubectl and the stock one of that version print the same bytes and exit alike, over every read of a runbook. */
export function describeSameBytes(version: KubectlVersion, server: ServerKind = "drill", connect: () => ConnectedCluster = connectedIllWorld): void {
  describe(`kubectl in process and stock kubectl ${version} on ${SERVER_NAMES[server]}`, function () {
    this.timeout(60_000);
    const connected = connect();
    const reads = readsOf(server, version);
    const record = new FidelityRecord("reads", server, version);
    // A cluster that is minutes old shows seconds, which move between the two on a busy machine.
    const seen = (argv: readonly string[], ran: Ran): Ran => inOrder(version, argv, server === "real" ? withoutAges(ran) : ran);
    let binary: string;
    before(async function () {
      binary = await needKubectl(version, this);
    });

    // One thread: several of them run side by side anyway, and each is a quarter cheaper so.
    const stock = async (argv: readonly string[]): Promise<Ran> => {
      const child = spawn(binary, argv, { env: { PATH: "", GOMAXPROCS: "1", KUBECONFIG: connected.kubeconfigPath, HOME: connected.folder, TZ: "UTC" }, stdio: ["ignore", "pipe", "pipe"] });
      let [stdout, stderr] = ["", ""];
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
      return await new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (exitCode) => resolve({ stdout, stderr, exitCode: exitCode ?? -1 }));
      });
    };

    after(() => record.check(reads.length));

    const compare = async (argv: readonly string[]): Promise<void> => {
      assert.equal(planOperation(wordsOf(["kubectl", ...argv])).operation.engine, "inProcess");
      // Another look settles a difference of one tick.
      for (let attempt = 1; ; attempt += 1) {
        const theirs = seen(argv, await stock(argv));
        const mine = seen(argv, asWordedBy(version, argv, await connected.kubectl(argv)));
        if (attempt === ATTEMPTS || (theirs.stdout === mine.stdout && theirs.stderr === mine.stderr)) {
          assert.deepEqual(mine, theirs);
          return;
        }
      }
    };
    const compared = ahead(reads.map((argv) => () => compare(argv)), AT_ONCE);
    for (const [index, argv] of reads.entries()) it(argv.join(" "), () => record.count(argv, () => compared(index)));
  });
}

/** Gives the outcome of a task by its place, and starts as many of the next ones as may go on at a time. */
function ahead(tasks: readonly (() => Promise<void>)[], atOnce: number): (index: number) => Promise<void> {
  const started = new Map<number, Promise<void>>();
  return async (index) => {
    for (const [place, task] of tasks.entries()) {
      if (place < index || place >= index + atOnce || started.has(place)) continue;
      const outcome = task();
      // Its own test hears of it later.
      outcome.catch(() => undefined);
      started.set(place, outcome);
    }
    await started.get(index);
  };
}

/**
 * Of several logs kubectl prints one after the other in the order of a map of Go's, which is another each time. The Go of 1.33 mixes a list
 * whose pivot was bad by other numbers, so that what came at the same time may come in another order (sortOrder.test.ts has both).
 */
function inOrder(version: KubectlVersion, argv: readonly string[], ran: Ran): Ran {
  const isOfSeveral = argv[0] === "logs" && (argv.includes("-l") || argv.includes("--all-containers"));
  const isSortedAnew = version === "1.33" && (argv[0] === "events" || argv.some((word) => word.startsWith("--sort-by")));
  return isOfSeveral || isSortedAnew ? { ...ran, stdout: ran.stdout.split("\n").toSorted().join("\n") } : ran;
}

function withoutAges(ran: Ran): Ran {
  return { ...ran, stdout: ran.stdout.replaceAll(/(?<=^|[ (])\d+[smhd](?:\d+[smhd])?(?=[ )\n]|$)/gm, "AGE").replaceAll(/AGE +/g, "AGE ") };
}
