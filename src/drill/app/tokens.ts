import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** What a token says, once its signature is proved. */
export interface TokenClaims {
  /** Whose it is. */
  readonly subject: string;
}

/**
 * A JSON Web Token (RFC 7519), signed with HMAC-SHA256 (HS256, RFC 7515). Whoever knows the key makes tokens as good as the
 * application's own. `now` is world epoch milliseconds.
 */
export function signToken(key: string, subject: string, now: number): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: subject, iat: Math.floor(now / 1000), jti: randomBytes(12).toString("base64url") })}`;
  return `${claims}.${signatureOf(key, claims).toString("base64url")}`;
}

/** The claims of a token that was signed with this key; `undefined` for any other. */
export function verifyToken(key: string, token: string): TokenClaims | undefined {
  const [, claims = "", header = "", payload = "", signature = ""] = /^(([\w-]+)\.([\w-]+))\.([\w-]+)$/.exec(token) ?? [];
  const [given, own] = [Buffer.from(signature, "base64url"), signatureOf(key, claims)];
  // Only what was signed is parsed: it is ours, or of somebody with the key.
  if (given.length !== own.length || !timingSafeEqual(given, own)) return undefined;
  if (fieldOf(header, "alg") !== "HS256") return undefined;
  const subject = fieldOf(payload, "sub");
  return subject === undefined ? undefined : { subject };
}

/** The token of an `Authorization` header. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
}

/** Names a token's session without giving the token away. */
export function sessionId(token: string): string {
  return createHash("sha256").update(token).digest("hex").slice(0, 32);
}

function signatureOf(key: string, claims: string): Buffer {
  return createHmac("sha256", key).update(claims).digest();
}

function fieldOf(part: string, name: string): string | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    const field = typeof value === "object" && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;
    return typeof field === "string" ? field : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
