import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bitString, integer, objectIdentifier, octetString, sequence, set, tagged, time, TRUE, utf8String } from "./der.ts";

/** The API server's identity, in PEM. */
export interface Certificates {
  /** Certificate of the authority that clients trust. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const LIFETIME_MS = 5 * 365 * 24 * 3_600_000;
const DAY_MS = 24 * 3_600_000;

/**
 * The certificates in `folder`, made there when missing, so that a world that comes back is the same server to its clients. The file is
 * readable by its owner only. They are valid by real time, which is what TLS clients go by.
 */
export async function loadCertificates(folder: string): Promise<Certificates> {
  const path = join(folder, "certificates.json");
  const known = await readStored(path);
  if (known !== undefined) return known;
  const made = makeCertificates(Date.now());
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(`${path}.new`, JSON.stringify(made), { mode: 0o600 });
  await rename(`${path}.new`, path);
  return made;
}

async function readStored(path: string): Promise<Certificates | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    if (typeof value === "object" && value !== null && "ca" in value && "cert" in value && "key" in value) return { ca: String(value.ca), cert: String(value.cert), key: String(value.key) };
    return undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** An authority and a server certificate for 127.0.0.1, signed by it; its key is not kept. `now` is in epoch milliseconds. */
export function makeCertificates(now: number): Certificates {
  const authority = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const server = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const authorityName = commonName("drill-world-ca");
  const authorityKeyId = keyId(authority.publicKey);
  const ca = certificate({
    issuer: authorityName,
    subject: authorityName,
    publicKey: authority.publicKey,
    signer: authority.privateKey,
    now,
    // Certificate and revocation list signing.
    extensions: [extension("2.5.29.19", true, sequence(TRUE)), extension("2.5.29.15", true, bitString(Buffer.from([0x06]), 1)), extension("2.5.29.14", false, octetString(authorityKeyId))],
  });
  const cert = certificate({
    issuer: authorityName,
    subject: commonName("kube-apiserver"),
    publicKey: server.publicKey,
    signer: authority.privateKey,
    now,
    extensions: [
      extension("2.5.29.19", true, sequence()),
      extension("2.5.29.15", true, bitString(Buffer.from([0x80]), 7)),
      extension("2.5.29.37", false, sequence(objectIdentifier("1.3.6.1.5.5.7.3.1"))),
      extension("2.5.29.35", false, sequence(tagged(0x80, authorityKeyId))),
      extension("2.5.29.17", false, sequence(tagged(0x87, Buffer.from([127, 0, 0, 1])), tagged(0x82, Buffer.from("localhost")), tagged(0x82, Buffer.from("kubernetes")))),
    ],
  });
  return { ca, cert, key: String(server.privateKey.export({ type: "pkcs8", format: "pem" })) };
}

interface CertificateParts {
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly now: number;
  readonly extensions: readonly Buffer[];
}

/** An X.509 v3 certificate (RFC 5280), signed with ECDSA and SHA-256, in PEM. */
function certificate(parts: CertificateParts): string {
  const algorithm = sequence(objectIdentifier("1.2.840.10045.4.3.2"));
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    parts.issuer,
    sequence(time(parts.now - DAY_MS), time(parts.now + LIFETIME_MS)),
    parts.subject,
    parts.publicKey.export({ type: "spki", format: "der" }),
    tagged(0xa3, sequence(...parts.extensions)),
  );
  const whole = sequence(body, algorithm, bitString(sign("sha256", body, parts.signer)));
  return `-----BEGIN CERTIFICATE-----\n${(whole.toString("base64").match(/.{1,64}/gu) ?? []).join("\n")}\n-----END CERTIFICATE-----\n`;
}

function commonName(name: string): Buffer {
  return sequence(set(sequence(objectIdentifier("2.5.4.3"), utf8String(name))));
}

function extension(id: string, isCritical: boolean, value: Buffer): Buffer {
  return sequence(objectIdentifier(id), ...(isCritical ? [TRUE] : []), octetString(value));
}

function keyId(key: KeyObject): Buffer {
  return createHash("sha1").update(key.export({ type: "spki", format: "der" })).digest();
}
