import assert from "node:assert/strict";
import type { DataLoss } from "../../../src/core/protocol.ts";
import { recoveryPointOf } from "../../../src/core/run/recoveryPoint.ts";
import { type Ask, findDataLoss } from "../../../src/drill/world/dataLoss.ts";

const ORDERS = { table: "orders", column: "created_at" };
const answering = (rows: Readonly<Record<string, number>>): Ask => () => ({ columns: [], rows: Object.entries(rows).toReversed(), affectedRows: 0, isResultSet: true });
const loss = (before: Readonly<Record<string, number>>, now: Readonly<Record<string, number>>): DataLoss => findDataLoss(ORDERS, answering(before), answering(now));

describe("what a drill has lost", () => {
  const [first, second, third] = ["2026-01-31 10:00:00", "2026-01-31 10:05:00", "2026-01-31 10:09:00"] as const;

  it("is told by the rows that are missing, whatever came since", () => {
    assert.deepEqual(loss({ [first]: 1, [second]: 2 }, { [first]: 1, [second]: 2, [third]: 1 }), { kind: "none", table: "orders" });
    assert.deepEqual(loss({ [first]: 1, [second]: 2, [third]: 1 }, { [first]: 1, [second]: 1 }), { kind: "lost", table: "orders", rows: 2, oldestAt: Date.parse("2026-01-31T10:05:00Z") });
  });

  it("is not known where one of the two does not answer", () => {
    const silent: Ask = () => {
      throw new Error("no pod of app is ready.");
    };
    assert.deepEqual(findDataLoss(ORDERS, answering({ [first]: 1 }), silent), { kind: "unknown", reason: "no pod of app is ready." });
  });

  it("goes back to the backup that the run chose, where rows are missing", () => {
    const impact = Date.parse("2026-01-31T10:10:00Z");
    const chosen = { pointAt: Date.parse("2026-01-31T09:00:00Z"), evidence: "BACKUP=x-2026-01-31-0900.sql.gz in choose-backup" };
    const lost = loss({ [second]: 2 }, {});
    assert.equal(recoveryPointOf(lost, impact, chosen)?.pointAt, chosen.pointAt);
    assert.equal(recoveryPointOf(lost, impact, undefined)?.pointAt, Date.parse("2026-01-31T10:05:00Z"));
    assert.deepEqual(recoveryPointOf(loss({}, {}), impact, chosen), { pointAt: impact, evidence: "no row of orders is missing" });
    assert.equal(recoveryPointOf({ kind: "unknown", reason: "" }, impact, chosen), undefined);
  });
});
