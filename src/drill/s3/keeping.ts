import { S3Error } from "./s3Error.ts";

const ENCRYPTION = "x-amz-server-side-encryption";
const KMS_KEY = "x-amz-server-side-encryption-aws-kms-key-id";
const STORAGE_CLASS = "x-amz-storage-class";
const STORAGE_CLASSES = new Set(["STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE", "GLACIER_IR"]);
/** What has to be restored before it can be read. */
const ARCHIVED = new Set(["GLACIER", "DEEP_ARCHIVE"]);

type Headers = Readonly<Record<string, string>>;

/**
 * How a request wants its object kept, as headers of that object: its encryption and its class of storage. Throws S3's refusals. Of access
 * lists there is none but the owner's, as in every bucket that was made since 2023.
 */
export function keepingHeaders(headers: Headers): Headers {
  const { [ENCRYPTION]: encryption, [KMS_KEY]: key, [STORAGE_CLASS]: storageClass, "x-amz-acl": acl } = headers;
  if (acl !== undefined && acl !== "bucket-owner-full-control") throw new S3Error("AccessControlListNotSupported");
  if (encryption !== undefined && encryption !== "AES256" && encryption !== "aws:kms") throw new S3Error("InvalidEncryptionAlgorithmError");
  if (key !== undefined && encryption !== "aws:kms") throw new S3Error("InvalidArgument", { ArgumentName: ENCRYPTION }, "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms");
  if (storageClass !== undefined && !STORAGE_CLASSES.has(storageClass)) throw new S3Error("InvalidStorageClass");
  return {
    ...(encryption === undefined ? {} : { [ENCRYPTION]: encryption }),
    ...(key === undefined ? {} : { [KMS_KEY]: key }),
    // The usual class is never named.
    ...(storageClass === undefined || storageClass === "STANDARD" ? {} : { [STORAGE_CLASS]: storageClass }),
  };
}

/** Only how an object's bytes are encrypted: what an upload is confirmed with. */
export function encryptionOf(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name === ENCRYPTION || name === KMS_KEY));
}

/** An object's headers without those of how it is kept, which a copy does not take over. */
export function withoutKeeping(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== ENCRYPTION && name !== KMS_KEY && name !== STORAGE_CLASS));
}

export function storageClassOf(headers: Headers): string {
  return headers[STORAGE_CLASS] ?? "STANDARD";
}

/** Throws what S3 says to whoever reads an archived object. */
export function checkReadable(headers: Headers): void {
  const storageClass = storageClassOf(headers);
  if (ARCHIVED.has(storageClass)) throw new S3Error("InvalidObjectState", { StorageClass: storageClass });
}
