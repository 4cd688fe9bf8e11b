/** What one transfer came to, for `-w`. */
export interface TransferFacts {
  readonly status: number;
  readonly totalMs: number;
  /** Until the first byte of the answer. */
  readonly startMs: number;
  readonly downloadedBytes: number;
  readonly uploadedBytes: number;
  readonly effectiveUrl: string;
  readonly contentType: string;
  readonly httpVersion: string;
  readonly method: string;
  readonly redirects: number;
  readonly redirectUrl: string;
  readonly exitCode: number;
  readonly errorText: string;
}

const VARIABLES: Readonly<Record<string, (facts: TransferFacts) => string>> = {
  http_code: (facts) => String(facts.status).padStart(3, "0"),
  response_code: (facts) => String(facts.status).padStart(3, "0"),
  time_total: (facts) => seconds(facts.totalMs),
  time_starttransfer: (facts) => seconds(facts.startMs),
  size_download: (facts) => String(facts.downloadedBytes),
  size_upload: (facts) => String(facts.uploadedBytes),
  url_effective: (facts) => facts.effectiveUrl,
  content_type: (facts) => facts.contentType,
  http_version: (facts) => facts.httpVersion.replace(/^2\.0$/, "2"),
  method: (facts) => facts.method,
  num_redirects: (facts) => String(facts.redirects),
  redirect_url: (facts) => facts.redirectUrl,
  exitcode: (facts) => String(facts.exitCode),
  errormsg: (facts) => facts.errorText,
};

/** Variables that curl has and that are not measured here: a made-up number would be worse than none. */
const NOT_MEASURED = /^(?:time_(?:namelookup|connect|appconnect|pretransfer|redirect)|speed_\w+|size_(?:header|request)|local_\w+|remote_\w+|num_(?:connects|headers|certs)|ssl_\w+|proxy_\w+|certs|json|header_json|http_connect|ftp_entry_path|scheme|filename_effective|onerror|stderr|stdout|urlnum|url\b|referer)$/;

/** True where everything that the format asks for is measured here. Another call is the real binary's. */
export function isMeasured(format: string): boolean {
  return [...format.matchAll(/%\{([^}]*)\}/g)].every(([, name = ""]) => !NOT_MEASURED.test(name));
}

/** Fills a `-w` format in. `unknown` names variables that curl does not have either; it prints nothing for them and says so. */
export function formatWriteOut(format: string, facts: TransferFacts): { readonly text: string; readonly unknown: readonly string[] } {
  const unknown: string[] = [];
  const text = format.replaceAll(/%\{([^}]*)\}|%%|\\(.)/gs, (whole, name: string | undefined, escape: string | undefined) => {
    if (name !== undefined) {
      const variable = VARIABLES[name];
      if (variable === undefined) unknown.push(name);
      return variable?.(facts) ?? "";
    }
    if (escape === undefined) return "%";
    return { n: "\n", r: "\r", t: "\t" }[escape] ?? whole;
  });
  return { text, unknown };
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(6);
}
