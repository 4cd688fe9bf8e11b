import assert from "node:assert/strict";
import { secretValuesIn } from "../../../src/core/run/learnSecrets.ts";
import { createRedactor, KnownSecrets, redact } from "../../../src/core/run/redaction.ts";

const secret = (data: Readonly<Record<string, string>>): Record<string, unknown> => ({ kind: "Secret", data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, btoa(value)])) });

describe("secrets that a run reads", () => {
  it("are the passwords, keys and long values of one Secret or of a list; user names stay readable", () => {
    const one = secret({ username: "root", password: "tr0ub4dor", url: "mysql://shop:3306/db", size: "small" });
    assert.deepEqual(secretValuesIn(JSON.stringify(one)), ["tr0ub4dor", "mysql://shop:3306/db"]);
    assert.deepEqual(secretValuesIn(JSON.stringify({ kind: "SecretList", items: [one, secret({ token: "abcdef123" })] })), ["tr0ub4dor", "mysql://shop:3306/db", "abcdef123"]);
    assert.deepEqual(secretValuesIn(JSON.stringify({ kind: "Secret" })), []);
    assert.deepEqual(secretValuesIn(JSON.stringify({ kind: "Secret", data: { "keystore.jks": btoa("\u00FE\u00ED\u00FE\u00ED\u0000") } })), []);
  });

  it("are masked from the moment they are known, decoded, encoded and in the middle of a stream", () => {
    const known = new KnownSecrets();
    const stream = createRedactor(known);
    assert.equal(stream.push("the value is tr0ub4dor\n"), "the value is tr0ub4dor\n");
    known.add("tr0ub4dor");
    assert.equal(stream.push(`now tr0ub4dor and ${btoa("tr0ub4dor")}\n`), "now [redacted] and [redacted]\n");
    assert.equal(redact("https://u:tr0ub4dor@h/", known), "https://u:[redacted]@h/");
  });
});
