import assert from "node:assert/strict";
import { readCall } from "../../../src/cli/calls.ts";
import { USAGE } from "../../../src/cli/usage.ts";

describe("the call of the command line", () => {
  it("is read as command, words and options; help is no call", () => {
    const call = readCall(["shell", "a.md", "cell", "--state-root", "runs"]);
    assert.deepEqual([call?.command, call?.words, call?.values["state-root"]], ["shell", ["a.md", "cell"], "runs"]);
    for (const argv of [[], ["help"], ["--help"], ["plan", "-h"]]) assert.equal(readCall(argv), undefined, argv.join(" "));
  });

  it("is refused with what is wrong in it, and the cure", () => {
    const refused: readonly (readonly [string, string, RegExp])[] = [
      ["nonsense x", "Reading the call: there is no command nonsense.", /^There are cells, drill, .*dr-runbook --help/],
      ["toString x", "Reading the call: there is no command toString.", /^There are/],
      ["plan", "Reading the call of plan: FILE is missing.", /^Call it as: dr-runbook plan FILE;/],
      ["plan a b", "Reading the call of plan: b is one word too many.", /^Call it as/],
      ["plan a --nonsense", "Reading the call: Unknown option '--nonsense'.", /--help/],
      ["plan a --format", "Reading the call: Option '--format <value>' argument missing.", /--help/],
      ["plan a --unattended", "Reading the call of plan: it has no option --unattended.", /^It has --format, --state-root\.$/],
    ];
    for (const [line, message, hint] of refused) assert.throws(() => readCall(line.split(" ")), { code: "invalidInput", message, hint }, line);
  });

  it("takes every command and option of the usage, each where it stands", () => {
    const lines = USAGE.split("\n").filter((line) => line.startsWith("  dr-runbook "));
    assert.ok(lines.length > 11);
    for (const line of lines) {
      const [, command = ""] = /dr-runbook ([a-z]+)/.exec(line) ?? [];
      for (const [, option = "", value] of line.matchAll(/--([a-z-]+)( [A-Za-z])?/g)) {
        assert.equal(readCall([command, "x", `--${option}`, ...(value === undefined ? [] : ["1"])])?.command, command, `${command} --${option}`);
      }
    }
  });
});
