import type { XmlContent } from "../s3/xml.ts";

/** A request that a service refuses, in AWS's words. */
export class AwsRefusal extends Error {
  override readonly name = "AwsRefusal";
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** An answer of a service: the root element and what is in it. */
export interface AwsAnswer {
  readonly root: string;
  readonly content: XmlContent;
}
