import assert from "node:assert/strict";
import * as fc from "fast-check";
import { stringify } from "yaml";
import { redact } from "../../../src/core/run/redaction.ts";

/** Ways in which kubectl prints an object. */
const LAYOUTS: Readonly<Record<string, (object: unknown) => string>> = {
  "YAML": (object) => stringify(object, { indentSeq: false, lineWidth: 0 }),
  "YAML with lists indented": (object) => stringify(object, { lineWidth: 0 }),
  "JSON over lines": (object) => `${JSON.stringify(object, undefined, 4)}\n`,
  "JSON in one line": (object) => `${JSON.stringify(object)}\n`,
};

/** YAML quotes a mask where it stood in quotes, or where it begins with a bracket. */
const unquoted = (text: string): string => text.replaceAll('"', "");

describe("redaction by what stands around a value", () => {
  for (const [layout, print] of Object.entries(LAYOUTS)) {
    const leaves = (object: unknown): void => assert.equal(redact(print(object)), print(object));

    it(`masks a container's variables by their names, in ${layout}`, () => {
      const containers = (password: unknown, token: unknown): object => ({ containers: [{ name: "shop", env: [{ name: "REGION", value: "eu-1" }, { name: "DB_PASSWORD", value: password }, { name: "API_TOKEN", value: token }, { name: "LEVEL", value: "debug" }] }] });
      assert.equal(unquoted(redact(print(containers("it's hunter2, here", "0042")))), unquoted(print(containers("[redacted]", "[redacted]"))));
    });

    it(`masks lists and arguments, in ${layout}`, () => {
      const pod = (secret: string): object => ({ args: ["--verbose", "--db-password", secret, "--region", "eu-1", "-token", secret, "last"], passwords: [secret, secret], hosts: ["db-0"] });
      assert.equal(unquoted(redact(print(pod("hunter2")))), unquoted(print(pod("[redacted]"))));
    });

    it(`leaves references, structure and other names, in ${layout}`, () => {
      leaves({ env: [{ name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "db-secret", key: "password" } } }, { name: "PORT", value: "3306" }] });
      leaves({ volumes: [{ name: "jwt-secret", secret: { secretName: "jwt", items: [{ key: "a", path: "value" }] } }, { name: "tmp", emptyDir: {} }], secrets: [{ name: "default-token" }] });
      leaves({ tolerations: [{ key: "zone", operator: "Equal", value: "a" }], args: ["--password", "--token", "--help"] });
    });
  }

  it("masks texts over lines, and goes on after them", () => {
    assert.equal(redact("config:\n  password: |-\n    one\n\n    two\n  user: app\n- name: TLS_SECRET\n  value: |\n    three\n- name: A\n  value: b\n"), "config:\n  password: |-\n    [redacted]\n\n    [redacted]\n  user: app\n- name: TLS_SECRET\n  value: |\n    [redacted]\n- name: A\n  value: b\n");
  });

  it("keeps JSON JSON where the secret is a number", () => {
    assert.equal(redact('{\n  "name": "PIN_SECRET",\n  "value": 1234,\n  "passwords": [\n    12,\n    "x"\n  ]\n}\n'), '{\n  "name": "PIN_SECRET",\n  "value": "[redacted]",\n  "passwords": [\n    "[redacted]",\n    "[redacted]"\n  ]\n}\n');
  });

  it("masks variables in JSON that an annotation holds", () => {
    const annotation = JSON.stringify(JSON.stringify({ env: [{ name: "DB_PASSWORD", value: "hunter2" }, { name: "A", value: "b" }] }));
    assert.doesNotMatch(redact(`{"metadata":{"annotations":{"last":${annotation}}}}\n`), /hunter2/);
    assert.match(redact(`{"metadata":{"annotations":{"last":${annotation}}}}\n`), /\\"A\\",\\"value\\":\\"b\\"/);
  });

  it("lets no password of a variable through, whatever it is and whatever stands around it", () => {
    const noise = fc.array(fc.record({ name: fc.constantFrom("REGION", "A"), value: fc.string({ unit: "grapheme" }) }), { maxLength: 3 });
    const word = fc.stringMatching(/^[a-z!#%&*/+ ,.:;'"{}[\]|>@?-]{6,20}$/);
    fc.assert(
      fc.property(noise, word, noise, fc.constantFrom(...Object.values(LAYOUTS)), (before, secret, after, print) => {
        const text = redact(print({ env: [...before, { name: "DB_PASSWORD", value: `Zq${secret}qZ` }, ...after] }));
        assert.doesNotMatch(text, /Zq|qZ/, text);
      }),
      { numRuns: 400 },
    );
  });
});
