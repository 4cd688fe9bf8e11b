import { stringify } from "yaml";

/** What a new runbook is begun with. */
export interface NewRunbook {
  readonly title: string;
  readonly owner: string;
  /** `YYYY-MM-DD`. */
  readonly today: string;
}

/** The text of a new runbook: short, whole, clean under lint, and to be overwritten. */
export function newRunbook({ title, owner, today }: NewRunbook): string {
  const id = title.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "-").replaceAll(/^-+|-+$/g, "");
  const head = stringify({ title, id: id === "" ? "runbook" : id, owner, severity: "high", rto: "30 minutes", rpo: "5 minutes", reviewed: today }, { lineWidth: 0 });
  return `---\n${head}${REST.replace("{title}", title)}`;
}

const REST = `targets:
  # Commands go here and nowhere else. The context is a name of your kubeconfig; the alias is typed to confirm destruction.
  cluster:
    kubernetes: { context: production, namespace: default }
    alias: prod
parameters:
  WORKLOAD:
    type: string
    description: What is restarted, as TYPE/NAME.
    default: deployment/web
    pattern: "(deployment|statefulset)/[a-z0-9-]+"
verification: [is-serving]

---

# {title}

Say in one sentence what this cures and who is affected. The decision first, the command next, what to expect after it.

## Symptoms

- What users see
- Which alert fires

# Recovery Steps

## Step 1: Look (3 minutes)

Is it this runbook's problem? Fewer ready pods than wanted: go on. All ready: it is something else, stop here.

\`\`\`bash {name: look, timeout: 30s}
kubectl get "$WORKLOAD" -n default
# Expected: contains "READY"
\`\`\`

## Step 2: Restart It (5 minutes)

The pods are replaced one after the other; users notice little. To take it back: \`kubectl rollout undo\`, once.

\`\`\`bash {name: restart, timeout: 240s}
kubectl rollout restart "$WORKLOAD" -n default
kubectl rollout status "$WORKLOAD" -n default --timeout=200s
# Expected: contains "rolled out"
\`\`\`

**If failed**: Go to Step 4

## Step 3: Verification (2 minutes)

The clock stops when this has been green three times in a row. It only reads.

\`\`\`bash {name: is-serving, timeout: 30s}
kubectl rollout status "$WORKLOAD" -n default --watch=false
# Expected: contains "successfully rolled out"
\`\`\`

- [ ] Users see that it works again

## Step 4: Hand It On (2 minutes)

- [ ] Owner of this runbook called
- [ ] Told what was tried, and what the log of the run says
`;
