import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { bearerToken, sessionId, signToken, verifyToken } from "../../../src/drill/app/tokens.ts";

const NOW = Date.UTC(2026, 0, 31, 3, 0, 0);
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const signed = (key: string, header: object, payload: object): string => {
  const claims = `${encoded(header)}.${encoded(payload)}`;
  return `${claims}.${createHmac("sha256", key).update(claims).digest("base64url")}`;
};

describe("an application's tokens", () => {
  it("are JSON Web Tokens that anybody with the key can make", () => {
    const [header = "", payload = ""] = signToken("key", "17", NOW).split(".");
    assert.deepEqual(JSON.parse(Buffer.from(header, "base64url").toString()), { alg: "HS256", typ: "JWT" });
    const { sub, iat } = JSON.parse(Buffer.from(payload, "base64url").toString()) as { readonly sub: string; readonly iat: number };
    assert.deepEqual({ sub, iat }, { sub: "17", iat: NOW / 1000 });
    assert.deepEqual(verifyToken("key", signed("key", { alg: "HS256" }, { sub: "17" })), { subject: "17" });
  });

  const worthless: readonly [string, string][] = [
    ["signed with another key", signToken("old key", "17", NOW)],
    ["of another algorithm", signed("key", { alg: "none" }, { sub: "17" })],
    ["without a subject", signed("key", { alg: "HS256" }, {})],
    ["whose payload is no JSON", ((claims) => `${claims}.${createHmac("sha256", "key").update(claims).digest("base64url")}`)(`${encoded({ alg: "HS256" })}.eA`)],
    ["without a signature", `${encoded({ alg: "HS256" })}.${encoded({ sub: "17" })}.`],
    ["that is none", "x"],
  ];
  for (const [title, token] of worthless) it(`are worth nothing ${title}`, () => assert.equal(verifyToken("key", token), undefined));

  it("are told apart by a name that does not give them away", () => {
    const [one, other] = [signToken("key", "17", NOW), signToken("key", "17", NOW)];
    assert.match(sessionId(one), /^[0-9a-f]{32}$/u);
    assert.notEqual(sessionId(one), sessionId(other));
    assert.equal(bearerToken(`Bearer ${one}`), one);
    assert.equal(bearerToken("Basic eDp5"), undefined);
    assert.equal(bearerToken(undefined), undefined);
  });
});
