import { expectFindings } from "./check.ts";

const CODES = ["vague-wording", "unfinished-text", "suppression-invalid", "suppression-expired", "suppression-unused"];

describe("suppressions", () => {
  it("speak for their prose cell and the next", () => {
    const ignore = "<!-- lint-ignore vague-wording until 2026-03-01: the heading says when -->";
    expectFindings(`# A\n\n${ignore}\n\nif needed\n\n## B\n\nif needed\n\n## C\n\nif needed\n`, CODES, ["vague-wording: if needed"]);
  });

  it("speak for the file in the front matter, and for a cell in a command", () => {
    expectFindings("---\n# lint-ignore vague-wording, unfinished-text until 2026-03-01: a draft\ntitle: T\n---\n\nTODO if needed\n", CODES, []);
    const cell = (comment: string): string => `\`\`\`bash\n${comment}\nkubectl rollout undo deployment/a -n b\n\`\`\`\n`;
    expectFindings(cell("# lint-ignore undo-toggles until 2026-03-01: asked once"), ["undo-toggles"], []);
    expectFindings(cell("# ignore"), ["undo-toggles"], ["undo-toggles: kubectl rollout undo deployment/a -n b"]);
  });

  it("end, and need a day, a reason and codes that exist", () => {
    const one = (words: string): string => `# A\n\nif needed <!-- ${words} -->\n`;
    expectFindings(one("lint-ignore vague-wording until 2026-02-14: so"), CODES, ["vague-wording: if needed", "suppression-expired: lint-ignore vague-wording until 2026-02-14: so"]);
    expectFindings(one("lint-ignore vague-wording until 2026-02-15: so"), CODES, []);
    for (const words of ["lint-ignore vague-wording", "lint-ignore vague-wording: so", "lint-ignore vague-wording until 2026-03-01:", "lint-ignore vague-wording until soon: so", "lint-ignore nothing until 2026-03-01: so", "lint-ignore until 2026-03-01: so"]) {
      expectFindings(one(words), CODES, ["vague-wording: if needed", `suppression-invalid: ${words}`]);
    }
  });

  it("say where they hide nothing", () => {
    const words = "lint-ignore unfinished-text until 2026-03-01: so";
    expectFindings(`# A <!-- ${words} -->\n`, CODES, [`suppression-unused: ${words}`]);
  });

  it("are no suppressions outside comments", () => {
    expectFindings("# A\n\nWrite lint-ignore CODE there: if needed.\n", CODES, ["vague-wording: if needed"]);
  });
});
