import { needKubectl } from "../../parts/kubectl.ts";
import { CURES, FAULTS, itEndsWithItsTemplate } from "./badReleases.ts";
import { rehearse, type RehearsedWorld } from "./rehearsedWorld.ts";

describe("bad releases, each with every cure", function suite() {
  this.timeout(180_000);
  let world: RehearsedWorld;
  before(async function () {
    world = await rehearse(await needKubectl("1.30", this));
  });
  after(() => world?.close());

  for (const bad of FAULTS) itEndsWithItsTemplate(() => world, bad, CURES);
});
