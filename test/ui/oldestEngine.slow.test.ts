import { rehearseByRestart } from "../host/firstRehearsal.ts";
import { withWorkbench } from "../host/openWorkbench.ts";

describe("the oldest VS Code that the manifest allows", function () {
  this.timeout(420_000);

  it("takes the packed extension, and scenario 1 is rehearsed in it by the restart", async () => {
    await withWorkbench({ extension: "vsix", engine: "oldest", files: ["notebooks"], theme: "dark" }, async (workbench) => {
      await rehearseByRestart(workbench);
      await workbench.screenshot("oldest-engine-restored-dark");
    });
  });
});
