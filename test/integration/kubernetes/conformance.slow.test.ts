import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { needKubectl } from "../../parts/kubectl.ts";
import { freePorts } from "../../parts/ports.ts";
import { startScripted } from "./conformance/clusters.ts";
import { OperatorSession, readScript, readTranscript, writeTranscript, type Printed, type Step } from "./conformance/session.ts";
import { SERVER_NAMES, type ServerKind } from "./connectedWorld.ts";
import { FidelityRecord } from "./fidelityRecord.ts";

/** The kubectl that the operator has. */
const VERSION = "1.33";
const golden = (name: string): string => fileURLToPath(new URL(`../../golden/conformance/${name}-${VERSION}.json`, import.meta.url));
const isRecording = process.env["UPDATE_GOLDEN"] === "1" && process.env["CI"] !== "true";

/** Which commands may differ, and why. */
const explained = (JSON.parse(readFileSync(new URL("conformance/reasons.json", import.meta.url), "utf8")) as { readonly commands: Readonly<Record<string, string>> }).commands;

const commands = readScript().filter(({ line }) => line !== "settle");

const ATTEMPTS = 6;
const READS = /^kubectl (?:get|describe|events|logs|top|auth|api-|explain|config|version|rollout history)/u;

/** Types the script at a cluster; each command is a test. */
function describeScript(kind: ServerKind, judge: (step: Step, run: () => Promise<Printed>) => Promise<void>, finish: () => void): void {
  describe(`an operator's ${readScript().length} lines with kubectl ${VERSION} at ${SERVER_NAMES[kind]}`, function () {
    this.timeout(180_000);
    let session: OperatorSession;
    const ends: (() => Promise<void> | void)[] = [];
    before(async function () {
      const kubectl = await needKubectl(VERSION, this);
      const cluster = await startScripted(kind, this);
      ends.push(() => cluster.stop());
      const folder = mkdtempSync(join(tmpdir(), "conformance-"));
      ends.push(() => rmSync(folder, { recursive: true, force: true }));
      const [proxyPort = 0] = await freePorts(1);
      session = await OperatorSession.open({ kubectl, folder, proxyPort, ...cluster });
      ends.push(() => session.close());
      await session.settle();
    });
    after(async () => {
      for (const end of ends.toReversed()) await end();
      finish();
    });
    for (const step of readScript()) {
      it(step.id, () => (step.line === "settle" ? session.settle() : judge(step, () => session.run(step.line))));
    }
  });
}

/** What the command printed, once it is as expected; reads get some time to become so. */
async function untilLike(wanted: Printed | undefined, step: Step, run: () => Promise<Printed>): Promise<Printed> {
  for (let attempt = 1; ; attempt += 1) {
    const printed = await run();
    if (attempt === ATTEMPTS || wanted === undefined || !READS.test(step.line) || isSame(printed, wanted)) return printed;
    await delay(400);
  }
}

function isSame(left: Printed, right: Printed): boolean {
  return left.exitCode === right.exitCode && left.stdout === right.stdout && left.stderr === right.stderr;
}

describe("the recorded conformance", () => {
  const results = new Map<string, Printed>();
  const known = isRecording ? new Map<string, Printed>() : readTranscript(golden("real"));
  describeScript("real", async (step, run) => {
    const printed = await untilLike(known.get(step.id), step, run);
    results.set(step.id, printed);
    if (!isRecording) assert.deepEqual(printed, known.get(step.id), "differs from what was recorded; UPDATE_GOLDEN=1 records anew");
  }, () => {
    // Only a whole run is a record.
    if (isRecording && results.size === commands.length) writeTranscript(golden("real"), results);
  });
});

describe("the drill world's conformance", () => {
  const record = new FidelityRecord("conformance", "drill", VERSION);
  const different = new Map<string, Printed>();
  let real: ReadonlyMap<string, Printed>;
  before(() => {
    real = readTranscript(golden("real"));
  });
  let seen = 0;
  describeScript("drill", async (step, run) => {
    const wanted = real.get(step.id);
    const reason = explained[step.id];
    seen += 1;
    // One that is known to differ is asked once.
    const printed = await untilLike(reason === undefined ? wanted : undefined, step, run);
    const compare = record.count(step.line.slice(step.line.indexOf("kubectl ") + 8).split(" "), () => Promise.resolve(assert.deepEqual(printed, wanted)));
    if (wanted === undefined || !isSame(printed, wanted)) different.set(step.id, printed);
    if (reason === undefined) return await compare;
    await assert.rejects(compare, `is the same now: take it out of reasons.json (${reason})`);
  }, () => {
    if (isRecording && seen === commands.length) writeTranscript(golden("drill"), different);
    record.check(commands.length);
  });

  it("explains only commands of the script", () => {
    const ids = new Set(commands.map(({ id }) => id));
    assert.deepEqual(Object.keys(explained).filter((id) => !ids.has(id)), []);
  });
});
