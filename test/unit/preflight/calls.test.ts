import assert from "node:assert/strict";
import { planOperation, wordsOf } from "../../../src/core/command/planOperation.ts";
import type { Operation } from "../../../src/core/command/operation.ts";
import { accessNeeds } from "../../../src/core/preflight/accessNeeds.ts";
import { dryRunCall } from "../../../src/core/preflight/dryRun.ts";
import { namedObjects } from "../../../src/core/preflight/objectWords.ts";
import { isHarmless } from "../../../src/core/preflight/readOnly.ts";
import type { KubernetesRequest } from "../../../src/core/ports.ts";

function operation(line: string): Operation {
  return planOperation(wordsOf(line.split(" "))).operation;
}

describe("what a preflight asks about a call", () => {
  const objects: readonly (readonly [line: string, objects: string])[] = [
    ["kubectl get pods", "pods"],
    ["kubectl get pods db-0 db-1", "pods/db-0 pods/db-1"],
    ["kubectl get deploy,svc web", "deploy/web svc/web"],
    ["kubectl delete pod/db-0 pvc/data", "pod/db-0 pvc/data"],
    ["kubectl logs db-0 app", "pods/db-0"],
    ["kubectl exec deploy/web -- ls", "deploy/web"],
    ["kubectl set env deployment/web A=1 B-", "deployment/web"],
    ["kubectl set image deployment web app=x:1", "deployment/web"],
    ["kubectl cordon node-a", "nodes/node-a"],
    ["kubectl label pods db-0 broken-", "pods/db-0"],
    ["kubectl apply -f x.yaml", ""],
    ["kubectl delete -f x.yaml", ""],
    ["kubectl argo rollouts abort web", "rollouts.argoproj.io/web"],
    ["kubectl top pods", "pods"],
  ];
  for (const [line, expected] of objects) it(`objects of ${line}`, () => assert.equal(namedObjects(operation(line)).map(({ type, name }) => (name === undefined ? type : `${type}/${name}`)).join(" "), expected));

  const rights: readonly (readonly [line: string, rights: readonly string[]])[] = [
    ["kubectl get pods", ["list pods"]],
    ["kubectl get pods -w", ["list pods", "watch pods"]],
    ["kubectl describe pod db-0", ["get pod db-0", "list events"]],
    ["kubectl logs db-0", ["get pods db-0", "get pods/log db-0"]],
    ["kubectl logs deploy/web", ["get deploy web", "list pods", "get pods/log"]],
    ["kubectl exec db-0 -- ls", ["get pods db-0", "create pods/exec db-0", "get pods/exec db-0"]],
    ["kubectl scale sts/db --replicas=0", ["get sts db", "patch sts/scale db"]],
    ["kubectl rollout restart deployment/web", ["get deployment web", "patch deployment web"]],
    ["kubectl set env deployment/web --list", ["get deployment web"]],
    ["kubectl delete pod db-0", ["delete pod db-0"]],
    ["kubectl delete pods -l app=db", ["list pods", "delete pods"]],
    ["kubectl create namespace dr", ["create namespace"]],
    ["kubectl drain node-a", ["get nodes node-a", "patch nodes node-a", "list pods", "create pods/eviction"]],
    ["kubectl wait --for=condition=ready pod -l app=db", ["list pod", "watch pod"]],
    ["kubectl auth can-i get pods", []],
    ["kubectl version", []],
  ];
  for (const [line, expected] of rights) {
    it(`rights of ${line}`, () => assert.deepEqual(accessNeeds(operation(line)).map(({ verb, type, subresource, name }) => [verb, subresource === undefined ? type : `${type}/${subresource}`, name].filter((part) => part !== undefined).join(" ")), expected));
  }

  const tried: readonly (readonly [line: string, words: string | undefined])[] = [
    ["kubectl delete pod db-0 -n shop", "kubectl delete pod db-0 -n shop --dry-run=server"],
    ["kubectl scale sts/db --replicas=0", "kubectl scale sts/db --replicas=0 --dry-run=server"],
    ["kubectl apply -f x.yaml -n shop", "kubectl apply -f x.yaml -n shop --server-side --force-conflicts --dry-run=server"],
    ["kubectl apply -f -", undefined],
    ["kubectl apply -k folder", undefined],
    ["kubectl apply -f x.yaml --prune -l a=b", undefined],
    ["kubectl rollout restart deployment/web -n shop", 'kubectl patch deployment/web --namespace=shop --patch={"spec":{"template":{"metadata":{"annotations":{"kubectl.kubernetes.io/restartedAt":"2006-01-02T15:04:05Z"}}}}} --dry-run=server'],
    ["kubectl patch secret x --type=merge --patch-file /dev/stdin", undefined],
    ["kubectl get pods", undefined],
    ["kubectl delete pod db-0 --dry-run=server", undefined],
    ["kubectl drain node-a", undefined],
    ["kubectl exec db-0 -- rm -rf /data", undefined],
    ["kubectl delete -f x.yaml", undefined],
    ["aws s3 rm s3://a/b", undefined],
  ];
  for (const [line, expected] of tried) it(`dry run of ${line}`, () => assert.equal(dryRunCall(operation(line))?.argv.join(" "), expected));

  const requests: readonly (readonly [request: KubernetesRequest, isHarmless: boolean])[] = [
    [{ method: "GET", path: "/api/v1/pods" }, true],
    [{ method: "POST", path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews" }, true],
    [{ method: "POST", path: "/apis/authentication.k8s.io/v1/selfsubjectreviews" }, true],
    [{ method: "POST", path: "/api/v1/namespaces" }, false],
    [{ method: "POST", path: "/api/v1/namespaces/selfsubjectreviews" }, false],
    [{ method: "POST", path: "/api/v1/namespaces?dryRun=All" }, true],
    [{ method: "PATCH", path: "/apis/apps/v1/namespaces/a/deployments/b?fieldManager=x&dryRun=All" }, true],
    [{ method: "PATCH", path: "/apis/apps/v1/namespaces/a/deployments/b?fieldManager=dryRun=All" }, false],
    [{ method: "PATCH", path: "/apis/apps/v1/namespaces/a/deployments/b?dryRun=Allow" }, false],
    [{ method: "PATCH", path: "/apis/apps/v1/namespaces/a/deployments/b", body: '{"dryRun":["All"]}' }, false],
    [{ method: "DELETE", path: "/api/v1/namespaces/a/pods/b", body: '{"dryRun":["All"]}' }, true],
    [{ method: "DELETE", path: "/api/v1/namespaces/a/pods/b", body: '{"propagationPolicy":"Background"}' }, false],
    [{ method: "DELETE", path: "/api/v1/namespaces/a/pods/b" }, false],
    [{ method: "PUT", path: "/api/v1/namespaces/a/pods/b" }, false],
  ];
  for (const [request, expected] of requests) it(`${request.method} ${request.path} ${request.body ?? ""} ${expected ? "is let through" : "is refused"}`, () => assert.equal(isHarmless(request), expected));
});
