import assert from "node:assert/strict";
import * as fc from "fast-check";
import { createRedactor, KnownSecrets, redact } from "../../../src/core/run/redaction.ts";

const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P";
const SECRET_YAML = "apiVersion: v1\ndata:\n  password: aHVudGVyMg==\n  user: cm9vdA==\nkind: Secret\nmetadata:\n  name: db\n  uid: 0b1e9c3a-2f6d-4a1b-9b7e-0a1b2c3d4e5f\n";

describe("redaction masks", () => {
  const table: readonly (readonly [string, string])[] = [
    [`{"token":"${JWT}"}`, '{"token":"[redacted]"}'],
    [`got ${JWT} back`, "got [redacted] back"],
    ["Authorization: Bearer abcdef123456", "Authorization: Bearer [redacted]"],
    ["AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_ACCESS_KEY_ID=[redacted]"],
    ["aws_secret_access_key = wJalrXUtnFEMI/K7MDENG", "aws_secret_access_key = [redacted]"],
    ["MYSQL_ROOT_PASSWORD=hunter2 next", "MYSQL_ROOT_PASSWORD=[redacted] next"],
    ['{"username":"u","password":"a\\"b","x":1}', '{"username":"u","password":"[redacted]","x":1}'],
    ["spring.datasource.password: s3cret", "spring.datasource.password: [redacted]"],
    ["jdbc:mysql://h/db?user=a&password=b&ssl=true", "jdbc:mysql://h/db?user=a&password=[redacted]&ssl=true"],
    ["postgres://app:pa55@db:5432/x", "postgres://app:[redacted]@db:5432/x"],
    ["mysql -u root -phunter2 -e x", "mysql -u root -p[redacted] -e x"],
    ["mysqldump --password=hunter2 db", "mysqldump --password=[redacted] db"],
    ["redis-cli -a hunter2 PING", "redis-cli -a [redacted] PING"],
    ["curl -u admin:pw https://h", "curl -u admin:[redacted] https://h"],
    ["ALTER USER 'x' IDENTIFIED BY 'pw'", "ALTER USER 'x' IDENTIFIED BY '[redacted]'"],
    ['SET PASSWORD FOR x = PASSWORD("pw")', 'SET PASSWORD FOR x = PASSWORD("[redacted]")'],
    ["a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----\nb", "a\n[redacted]\nb"],
    [SECRET_YAML, SECRET_YAML.replace("aHVudGVyMg==", "[redacted]").replace("cm9vdA==", "[redacted]")],
    ['    "data": {\n        "password": "aHVudGVyMg=="\n    },\n    "kind": "Secret",\n', '    "data": {\n        "password": "[redacted]"\n    },\n    "kind": "Secret",\n'],
    ['{"data":{"k":"aHVudGVyMg=="},"kind":"Secret"}', '{"data":{"k":"[redacted]"},"kind":"Secret"}'],
    ['ann: {\\"data\\":{\\"k\\":\\"aHVudGVyMg==\\"}}', 'ann: {\\"data\\":{\\"k\\":\\"[redacted]\\"}}'],
    ["kind: Secret\nstringData:\n  a: plain text\n", "kind: Secret\nstringData:\n  a: [redacted]\n"],
  ];
  for (const [input, output] of table) it(JSON.stringify(input).slice(0, 70), () => assert.equal(redact(input), output));

  it("secrets in JSON by the content of its strings, and under the names of secrets, in lists and as numbers too", () => {
    const json = { password: 12_345_678, tokens: 3, args: ["--password=", "x", "mysql -u root -phunter2"], env: { note: 'PASSWORD="two words" run' } };
    const masked = { password: "[redacted]", tokens: 3, args: ["--password=", "x", "mysql -u root -p[redacted]"], env: { note: 'PASSWORD="[redacted]" run' } };
    for (const indent of [0, 4]) assert.deepEqual(JSON.parse(redact(JSON.stringify(json, undefined, indent))), masked);
    assert.equal(redact('{"token":["abcdef","ghijkl"],"user":"a"}'), '{"token":["[redacted]","[redacted]"],"user":"a"}');
  });

  it("given secrets, in base64 and in addresses too", () => {
    const secret = "p@ss w0rd";
    assert.equal(redact(`a ${secret} b ${btoa(secret)} c ${encodeURIComponent(secret)}`, new KnownSecrets([secret])), "a [redacted] b [redacted] c [redacted]");
  });
});

describe("redaction leaves", () => {
  for (const text of [
    "uid: 0b1e9c3a-2f6d-4a1b-9b7e-0a1b2c3d4e5f",
    "image: mysql@sha256:9b7c1a5d0e5f4c3b2a19087f6e5d4c3b2a19087f6e5d4c3b2a19087f6e5d4c3b",
    "Executed_Gtid_Set: 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5",
    "      MYSQL_ROOT_PASSWORD:  <set to the key 'password' in secret 'mysql'>  Optional: false",
    "ERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: YES)",
    'MYSQL_PWD="$MYSQL_ROOT_PASSWORD" exec mysql "$@"',
    'Authorization: Bearer $TOKEN',
    "kind: ConfigMap\ndata:\n  LOG_LEVEL: info\n  enabled: true\n",
    "https://host:8080/path?page=1",
    "    SecretName:  mysql-secret\n    Optional:    false",
    "mysql -u root -p -e 'SELECT 1'",
    "mysql-0   1/1   Running   0   5m",
  ]) it(JSON.stringify(text).slice(0, 70), () => assert.equal(redact(text), text));
});

describe("redaction of JSON", () => {
  const word = fc.constantFrom("password", "=", " ", ":", "-p", '"', "'", "\\", "{", "}", "[", ",", "MYSQL_PASSWORD", "Bearer abcdefghijkl", "mysql://u:pw@h/db", "\n", "$(X)", "token", '{"password":"abc"}');
  const text = fc.array(word, { maxLength: 8 }).map((words) => words.join(""));
  const key = fc.constantFrom("password", "token", "secret", "command", "name", "value", "kubectl.kubernetes.io/last-applied-configuration");
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({ value: fc.oneof(text, fc.integer(), fc.boolean(), fc.array(tie("value"), { maxLength: 3 }), fc.dictionary(key, tie("value"), { maxKeys: 4 })) }));

  it("leaves it JSON, whatever it says and however it is laid out", () => {
    fc.assert(fc.property(value, fc.constantFrom(0, 4), (json, indent) => void JSON.parse(redact(JSON.stringify(json, undefined, indent)))), { numRuns: 300 });
  });

  it("leaves structure under a secret's name alone", () => {
    const volume = '    "volumes": [\n        {\n            "name": "keys",\n            "secret": {\n                "secretName": "keys"\n            }\n        }\n    ]\n';
    assert.equal(redact(volume), volume);
  });
});

describe("a streaming redactor", () => {
  const whole = `one password=hunter2 two\n${JWT}\n${SECRET_YAML}-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----\ntail abcSECRETdef`;

  it("gives the same whatever the pieces are", () => {
    const expected = redact(whole, new KnownSecrets(["SECRET"]));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sizes) => {
        const redactor = createRedactor(new KnownSecrets(["SECRET"]));
        let output = "";
        for (let at = 0, turn = 0; at < whole.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          output += redactor.push(whole.slice(at, at + size));
          at += size;
        }
        assert.equal(output + redactor.flush(), expected);
      }),
      { numRuns: 50 },
    );
  });

  it("passes complete lines at once", () => {
    const redactor = createRedactor();
    assert.equal(redactor.push("a\nb"), "a\n");
    assert.equal(redactor.push("c\r"), "bc\r");
    assert.equal(redactor.flush(), "");
  });

  it("passes a long line in pieces without letting a secret through", () => {
    const redactor = createRedactor();
    let output = "";
    for (let turn = 0; turn < 400; turn += 1) output += redactor.push(`x=${turn} password=hunter2 ${"y".repeat(500)} `);
    assert.ok(output.length > 100_000);
    assert.ok(!(output + redactor.flush()).includes("hunter2"));
  });

  it("takes time in proportion to the text, whatever the text", () => {
    const size = 200_000;
    for (const piece of ["eyJ", "password=", 'password="', "://a:", "Bearer ", "mysql ", "a", '\\"', "-----BEGIN PRIVATE KEY-----", '"data":{', "=", "mysql -", "'", "redis-cli ", '"name":"', '"--password","', '"passwords":["', "- ", "a: ", "value: |\n  ", "password=$(", "password=$(a ", "token=`a", "token=$((", "-p$(a", "password=$(a(b) "]) {
      const started = performance.now();
      redact(piece.repeat(size / piece.length));
      const took = performance.now() - started;
      assert.ok(took < 1500, `${JSON.stringify(piece)} took ${took} ms`);
    }
  });
});
