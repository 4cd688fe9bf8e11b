import assert from "node:assert/strict";
import type { RecoveryPointEvidence } from "../../../src/core/run/recoveryPoint.ts";
import { BackupWatch } from "../../../src/kernel/backupWatch.ts";

type Answer = RecoveryPointEvidence | undefined | Error;

/** Watches backups that answer so, turn by turn; gives what was found once they have no more answers. */
async function watch(answers: readonly Answer[], isUnwritable = false): Promise<readonly string[]> {
  const found: string[] = [];
  let turn = 0;
  const over = Promise.withResolvers<void>();
  const started = new BackupWatch({
    clock: {
      now: () => 0,
      sleep: (ms, signal) => {
        assert.ok(ms > 0);
        if (turn < answers.length) return Promise.resolve();
        over.resolve();
        return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
      },
    },
    attended: () => Promise.resolve(),
    read: () => {
      const answer = answers[turn++];
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    found: ({ evidence }) => {
      found.push(evidence);
      return isUnwritable ? Promise.reject(new Error("the disk is full")) : Promise.resolve();
    },
  });
  await over.promise;
  await started.stop();
  return found;
}

describe("the watch over a run's backups", () => {
  it("reads at once and again, and tells each recovery point", async () => {
    assert.deepEqual(await watch([{ pointAt: 1, evidence: "first" }, undefined, { pointAt: 2, evidence: "second" }]), ["first", "second"]);
  });

  it("goes on when backups cannot be read or the journal cannot be written", async () => {
    assert.deepEqual(await watch([new Error("no route"), { pointAt: 1, evidence: "first" }, { pointAt: 2, evidence: "second" }], true), ["first", "second"]);
  });
});
