import assert from "node:assert/strict";
import * as fc from "fast-check";
import { redact } from "../../../src/core/run/redaction.ts";

/** Where a secret's value stands, and how a value is put there. */
const PLACES: readonly ((value: string) => string)[] = [
  (value) => `OLD_TOKEN=${value}`, (value) => `export DB_PASSWORD=${value}; ls`, (value) => `X_SECRET="${value}"`, (value) => `kubectl create secret generic s --from-literal=password=${value} -n shop`, (value) => `curl -H "X-Api-Key: ${value}" https://h`,
  (value) => `mysql -uroot -p${value} -e "SELECT 1"`, (value) => `mysqldump --password=${value} db`, (value) => `redis-cli -a ${value} PING`, (value) => `curl -u admin:${value} https://h`, (value) => `curl https://app:${value}@h/x`, (value) => `A_TOKEN=${value} | jq -r .x`,
];

/** What asks for a secret, and holds none. */
const REFERENCES = [
  "$NEW_PASSWORD", "${NEW_PASSWORD}", "$(cat /run/p)", "$(</run/p)", "$(kubectl get secret db -o jsonpath={.data.x} | base64 -d)", "$(aws sts get-session-token --query Credentials.SessionToken)", "$(curl -s -X POST https://h/login | jq -r .t)", "$(f $(g (h) i) j)", "`openssl rand -base64 32`", "$(echo $P | base64 -d)", '$(printf %s "$P")'.replace("%s ", "'%s' "),
] as const;

/** Literal secrets: no text of them may be seen. */
const secret = fc.stringMatching(/^[A-Za-z0-9+_-]{12,24}$/).map((text) => `Zq9${text}`);

/** Shell around a literal that hands it on. */
const HANDED_ON: readonly ((literal: string) => string)[] = [
  (literal) => literal, (literal) => `$(echo ${literal})`, (literal) => `$(echo -n ${literal} | base64)`, (literal) => `$(printf '%s' ${literal})`, (literal) => `$(cat p || echo ${literal})`, (literal) => `$(base64 <<< ${literal})`, (literal) => `\`echo ${literal}\``, (literal) => `\${P:-${literal}}`, (literal) => `x$P${literal}`, (literal) => `$(cat $(echo ${literal}))`,
];

describe("redaction of where secrets come from", () => {
  it("leaves what asks for a secret as it was written", () => {
    const damaged = PLACES.flatMap((place) => REFERENCES.map(place)).filter((text) => redact(text) !== text).map((text) => `${text}: ${redact(text)}`);
    assert.deepEqual(damaged, []);
  });

  it("leaves the statements of the notebooks whole", () => {
    for (const text of [
      "OLD_TOKEN=$(curl -s -X POST https://api.example.com/login -d @login.json | jq -r '.token')", `jq -Rc '{stringData: {"jwt.secret": .}}'`, `jq '{token: ., user: 1}'`, `jq '{user: .name, password: .data.password}'`, `jq '{token: .items[0].token?, a: 1}'`, `jq '{"db.password": .data["db.password"] // "none"}'`, `jq '{secret: (.a), token: .b | @base64d}'`, 'PASSWORD=$(kubectl get secret db -o jsonpath="{.data.password}" | base64 -d)', `sh -c 'MYSQL_PWD="$MYSQL_ROOT_PASSWORD" exec mysql -u root'`, `sh -c 'mysql -uroot -p"$MYSQL_ROOT_PASSWORD" -e "SELECT 1"'`, "PASSWORD=$1",
    ]) assert.equal(redact(text), text);
  });

  it("never leaves a literal secret, wherever it stands and whatever hands it on", () => {
    fc.assert(
      fc.property(secret, fc.constantFrom(...PLACES), fc.constantFrom(...HANDED_ON), (literal, place, hand) => {
        const shown = redact(place(hand(literal)));
        assert.ok(!shown.includes(literal), shown);
      }),
      { numRuns: 1000 },
    );
  });

  it("masks a secret beside a reference, and leaves the reference", () => {
    fc.assert(
      fc.property(secret, fc.constantFrom(...REFERENCES), fc.constantFrom(...PLACES), (literal, reference, place) => {
        const shown = redact(`${place(reference)} && MY_PASSWORD=${literal} ls; ${place(reference)}`);
        assert.ok(!shown.includes(literal) && shown.includes(reference), shown);
      }),
      { numRuns: 500 },
    );
  });

  it("masks a word with a dot where no path of jq can stand", () => {
    for (const text of ["password: .hunter22", "PASSWORD=.hunter22, x", "{password=.hunter22}", "{password: .hunter22!}", "{token: .a-b22}", '{"password": ".hunter22"}', "{password: .hunt er22}"]) assert.match(redact(text), /\[redacted\]/, text);
  });

  it("masks a secret named inside a substitution", () => {
    assert.equal(redact("TOKEN=$(curl -u admin:hunter22 https://h)"), "TOKEN=$(curl -u admin:[redacted] https://h)");
    assert.equal(redact("TOKEN=$(login --password=hunter22 --user a)"), "TOKEN=$(login --password=[redacted] --user a)");
  });

  it("masks values that only begin like a reference", () => {
    for (const value of ["$2y$10$abcdefghijklmnopqrstuv", "$(not closed", ".hunter2", "`open", "$A$Bc9/x"]) assert.ok(!redact(`password: ${value}`).includes(value.slice(2)), value);
  });
});
