import assert from "node:assert/strict";
import { readText, recordingHost, run, write, type Programs } from "./fakeHost.ts";

const programs: Programs = {
  show: async (operation, io) => {
    await write(io.stdout, `${operation.argv.slice(1).map((word) => `<${word}>`).join("")}\n`);
    return 0;
  },
  say: async (operation, io) => {
    await write(io.stdout, `${operation.argv.slice(1).join(" ")}\n`);
    return 0;
  },
  complain: async (operation, io) => {
    await write(io.stderr, `${operation.argv.slice(1).join(" ")}\n`);
    return 0;
  },
  exit: async (operation) => Number(operation.argv[1]),
  pass: async (_, io) => {
    await write(io.stdout, io.stdin === undefined ? "no input\n" : await readText(io));
    return 0;
  },
  first: async (_, io) => {
    for await (const chunk of io.stdin ?? []) {
      await io.stdout(chunk);
      break;
    }
    return 0;
  },
};

async function assertOutput(script: string, stdout: string, environment = new Map<string, string>()): Promise<void> {
  const result = await run(script, recordingHost(programs), environment);
  assert.deepEqual([result.stdout, result.status], [stdout, "completed"], script);
}

describe("the interpreter expands as bash does", () => {
  const table: readonly (readonly [string, string])[] = [
    [`show a 'b  c' "d $X e" f\\ g`, "<a><b  c><d 1 2 e><f g>\n"],
    ["show $X", "<1><2>\n"],
    ['show "$X"$X', "<1 21><2>\n"],
    ["show ${Y:-none} ${X:+some} ${Z-z}", "<none><some><z>\n"],
    ["show $EMPTY \"$EMPTY\"", "<>\n"],
    ["show {1..3} {a,b}c {05..7}", "<1><2><3><ac><bc><05><06><07>\n"],
    ["show $(say a b) \"$(say c  d)\"", "<a><b><c d>\n"],
    ["V=$(say x); show $V", "<x>\n"],
    ["A=1 B=$A; show $B", "<1>\n"],
    ["show *.log a?b [x]", "<*.log><a?b><[x]>\n"],
    ["show ~/x '~'", "</home/me/x><~>\n"],
    ["for i in a b{1..2}; do say $i; done", "a\nb1\nb2\n"],
    ["show $'a\\tb'", "<a\tb>\n"],
    ["pass <<EOF\none $X\n$(say two)\nEOF", "one 1 2\ntwo\n"],
    ["pass <<'EOF'\none $X\nEOF", "one $X\n"],
    ["pass <<-EOF\n\tone\n\tEOF", "one\n"],
    ['pass <<< "a $X"', "a 1 2\n"],
    ["export Q=5 R; show $Q", "<5>\n"],
    ["show https://h/p?a=1&b=2", "<https://h/p?a=1&b=2>\n"],
    ["show --flag=$X", "<--flag=1><2>\n"],
  ];
  for (const [script, stdout] of table) {
    it(script, () => assertOutput(script, stdout, new Map([["X", "1 2"], ["EMPTY", ""], ["HOME", "/home/me"]])));
  }
});

describe("the interpreter", () => {
  it("joins calls by pipes and gives no input where there is none", async () => {
    await assertOutput("say a | pass | pass", "a\n");
    await assertOutput("pass", "no input\n");
    await assertOutput("complain x |& pass", "x\n");
    await assertOutput("complain x 2>&1 | pass", "x\n");
  });

  it("gives a query cell's text to its command", async () => {
    const recorded = recordingHost(programs);
    assert.equal((await run("pass", recorded, new Map(), undefined, "SELECT 1;")).stdout, "SELECT 1;");
  });

  it("puts files in the place of patterns, and leaves what is quoted, an address or matched by none", async () => {
    const recorded = recordingHost(programs);
    for (const name of ["/d/b.gz", "/d/a.gz", "/d/c.txt", "/d/.hidden.gz"]) recorded.files.set(name, "");
    const result = await run("show /d/*.gz '/d/*.gz' \"/d/*\" /d/?.txt /d/[ac].* /d/no* http://x/d?a=*; X='/d/*'; show \"$X\" $X; for F in /d/*.gz; do show $F; done", recorded);
    assert.equal(result.stdout, "</d/a.gz></d/b.gz></d/*.gz></d/*></d/c.txt></d/a.gz></d/c.txt></d/no*><http://x/d?a=*>\n</d/*></d/*>\n</d/a.gz>\n</d/b.gz>\n");
  });

  it("writes and reads files", async () => {
    const recorded = recordingHost(programs);
    const result = await run("say a > f; say b >> f; complain c 2> g; say d &> /dev/null; pass < f", recorded);
    assert.deepEqual([result.stdout, recorded.files.get("f"), recorded.files.get("g")], ["a\nb\n", "a\nb\n", "c\n"]);
    assert.deepEqual(recorded.after[0]?.result.files.map((file) => file.path), ["f"]);
    assert.deepEqual(recorded.before[0]?.writes, ["f"]);
  });

  it("fails as bash does where an input file is missing", async () => {
    const recorded = recordingHost(programs);
    const result = await run("pass < missing", recorded);
    assert.deepEqual([result.status, result.exitCode, result.stderr], ["stopped", 1, "missing: No such file or directory\n"]);
  });

  it("stops at the first failure, with pipefail", async () => {
    const recorded = recordingHost(programs);
    const result = await run("exit 3 | pass; say never", recorded);
    assert.deepEqual([result.status, result.exitCode, recorded.after[0]?.result.stages], ["stopped", 3, [3, 0]]);
  });

  it("goes on after a finding when the host says so", async () => {
    const recorded = recordingHost(programs, { after: () => "continue" });
    assert.equal((await run("exit 1; say $?", recorded)).stdout, "1\n");
  });

  it("short-circuits && and ||, and inverts with !", async () => {
    await assertOutput("exit 0 && say a || say b", "a\n");
    await assertOutput("exit 1 && say a || say b", "b\n");
    await assertOutput("! exit 1 && say c", "c\n");
    const recorded = recordingHost(programs);
    await run("exit 1 || exit 0", recorded);
    assert.deepEqual(recorded.before.map((info) => [info.index, info.isTested]), [[0, true], [1, false]]);
  });

  it("runs nothing of a cell with a syntax error, an unset variable or an unknown command", async () => {
    for (const [script, code] of [["say a; echo \"", "shell-syntax"], ["say $NONE", "unset-variable"], ["nothing x", "unknown-command"], ["say a | nothing", "unknown-command"]] as const) {
      const recorded = recordingHost(programs);
      const result = await run(script, recorded);
      assert.deepEqual([result.status, result.codes.includes(code), result.stdout], ["invalid", true, ""], script);
      assert.equal(recorded.before.length, 0);
    }
  });

  it("asks before each statement, those in substitutions too, and stops on No", async () => {
    const recorded = recordingHost(programs, { before: (info) => (info.text === "say b" ? "stop" : "run") });
    const result = await run("say a\nX=$(say b)\nsay c", recorded);
    assert.deepEqual([result.status, result.stdout], ["stopped", "a\n"]);
    assert.deepEqual(recorded.before.map((info) => [info.index, info.isSubstitution]), [[0, false], [1, true]]);
  });

  it("counts loops as one statement with turns, and bounds them", async () => {
    const recorded = recordingHost(programs);
    await run("for i in 1 2; do say $i; done; say x", recorded);
    assert.deepEqual(recorded.before.map((info) => [info.index, info.loopTurn]), [[0, 0], [0, 1], [1, undefined]]);
    const long = await run("for i in {1..600} {1..600}; do say $i; done", recordingHost(programs));
    assert.deepEqual([long.status, long.codes], ["invalid", ["loop-too-long"]]);
  });

  it("keeps assignments for the next cell and those of a substitution inside it", async () => {
    const environment = new Map<string, string>();
    await run("A=1; B=$(C=2; say $C)", recordingHost(programs), environment);
    assert.deepEqual([environment.get("A"), environment.get("B"), environment.get("C")], ["1", "2", undefined]);
  });

  it("hands untyped shell to the host as a whole", async () => {
    const recorded = recordingHost({ ...programs, bash: async (operation, io) => {
      await write(io.stdout, `${operation.engine}: ${operation.argv[2] ?? ""}\n`);
      return 0;
    } });
    assert.equal((await run("if true; then say a; fi; say b", recorded)).stdout, "untypedShell: if true; then say a; fi\nb\n");
  });

  it("is cancelled between and inside statements", async () => {
    const controller = new AbortController();
    const recorded = recordingHost({ ...programs, hang: (_, __, signal) => new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
      controller.abort();
    }) });
    const result = await run("hang | pass; say never", recorded, new Map(), controller.signal);
    assert.deepEqual([result.status, result.stdout], ["cancelled", ""]);
    assert.equal(recorded.after[0]?.result.isCancelled, true);
  });

  it("ends the other calls of a pipe when one breaks down, and reports the first error", async () => {
    const recorded = recordingHost({ ...programs, broken: async () => { throw new Error("connection lost"); } }, { after: () => "stop" });
    const result = await run("broken | pass", recorded);
    assert.equal(result.status, "stopped");
    assert.match(String(recorded.after[0]?.result.error), /connection lost/);
    assert.equal(recorded.after[0]?.result.exitCode, undefined);
  });
});

describe("pipes", () => {
  it("hold a fast producer to the pace of a slow consumer", async () => {
    let produced = 0;
    let consumed = 0;
    let furthest = 0;
    const chunk = new Uint8Array(16 * 1024);
    const recorded = recordingHost({
      flood: async (_, io) => {
        for (let turn = 0; turn < 2000; turn += 1) {
          produced += chunk.byteLength;
          await io.stdout(chunk);
        }
        return 0;
      },
      sip: async (_, io) => {
        for await (const taken of io.stdin ?? []) {
          for (let pause = 0; pause < 3; pause += 1) await Promise.resolve();
          consumed += taken.byteLength;
          furthest = Math.max(furthest, produced - consumed);
        }
        return 0;
      },
    });
    await run("flood | sip", recorded);
    assert.equal(consumed, 2000 * chunk.byteLength);
    assert.ok(furthest <= 128 * 1024, `${furthest} bytes in flight`);
  });

  it("break when the reader has enough, which is no failure", async () => {
    let written = 0;
    const recorded = recordingHost({ ...programs, endless: async (_, io) => {
      for (;;) {
        await io.stdout(new Uint8Array(4096));
        written += 1;
      }
    } });
    const result = await run("endless | first", recorded);
    assert.equal(result.exitCode, 0);
    assert.deepEqual(recorded.after[0]?.result.stages, [141, 0]);
    assert.ok(written < 100);
  });
});
