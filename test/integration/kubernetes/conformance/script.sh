# What an operator types, one command a line. Each line is run by a shell of its own in a folder with the manifests of `manifests.ts`.
# `settle` waits until the cluster is quiet. The namespace is `shop`, the context `drill` an administrator's, `drill-view` a viewer's.

# The server and the kubeconfig
kubectl version -o json | grep gitVersion | tail -1
kubectl cluster-info
kubectl config current-context
kubectl config get-contexts
kubectl config view --minify -o jsonpath='{..namespace}'
kubectl config use-context nowhere
kubectl api-versions
kubectl api-resources --namespaced=true -o name
kubectl api-resources --namespaced=false -o name
kubectl api-resources --api-group=apps
kubectl api-resources --api-group=batch
kubectl api-resources --categories=all -o name
kubectl explain pod | head -12
kubectl explain deployment.spec.replicas
kubectl explain service.spec.ports
kubectl explain nothing
kubectl get --raw /healthz
kubectl get --raw /readyz
kubectl get --raw /api/v1/namespaces/shop/services/db | grep -o '"kind":"Service"'
kubectl get --raw /nowhere
kubectl get --raw /api/v1/namespaces/shop/pods/nope

# get, in all its forms
kubectl get pods
kubectl get pods -o wide
kubectl get pods --show-labels
kubectl get pods -L app
kubectl get pods -o name
kubectl get pods --no-headers
kubectl get pods -A
kubectl get pod db-0
kubectl get pod db-0 -o yaml
kubectl get pod db-0 -o json
kubectl get pod db-0 -o jsonpath='{.status.phase}{"\n"}'
kubectl get pod db-0 -o jsonpath='{.spec.containers[*].image}'
kubectl get pods -o jsonpath='{range .items[*]}{.spec.nodeName}{"\t"}{.status.phase}{"\n"}{end}'
kubectl get pods -o custom-columns=NODE:.spec.nodeName,IMAGE:.spec.containers[0].image
kubectl get pods -o go-template='{{range .items}}{{.status.phase}} {{end}}'
kubectl get pods -l app=web
kubectl get pods -l 'app in (web,db)'
kubectl get pods -l app!=web
kubectl get pods -l '!app'
kubectl get pods -l 'app=='
kubectl get pods -l 'a b'
kubectl get pods --field-selector=status.phase=Running
kubectl get pods --field-selector=status.phase!=Running
kubectl get pods --field-selector=spec.nodeName=node-a -o name
kubectl get pods --field-selector=spec.nothing=1
kubectl get pods --sort-by=.metadata.name
kubectl get pods --sort-by=.nothing
kubectl get pods nope
kubectl get pods db-0 nope
kubectl get pods nope --ignore-not-found
kubectl get nothing
kubectl get pods -n nowhere
kubectl get all
kubectl get deploy,sts
kubectl get deployment web
kubectl get deployment web -o wide
kubectl get deployment web -o yaml
kubectl get deployments.apps web
kubectl get deployments.v1.apps web -o name
kubectl get rs
kubectl get rs -o wide
kubectl get rs -o jsonpath='{.items[0].metadata.annotations}'
kubectl get sts db -o wide
kubectl get sts db -o yaml
kubectl get svc
kubectl get svc db -o wide
kubectl get svc db -o yaml
kubectl get endpoints db
kubectl get ep db -o yaml
kubectl get endpointslices -l kubernetes.io/service-name=db
kubectl get pvc
kubectl get pvc db-data -o yaml
kubectl get pv
kubectl get pv pvc-0a1b2c3d -o wide
kubectl get sc
kubectl get secret db-secret
kubectl get secret db-secret -o jsonpath='{.data.password}' | base64 -d
kubectl get secret db-secret -o yaml
kubectl get cm
kubectl get cm kube-root-ca.crt -o name
kubectl get sa
kubectl get sa default -o yaml
kubectl get ns
kubectl get ns shop -o yaml
kubectl get nodes
kubectl get nodes -o wide
kubectl get node node-a -o jsonpath='{.status.capacity}'
kubectl get node node-a --show-labels
kubectl get events --field-selector involvedObject.kind=ReplicaSet --sort-by=.involvedObject.name -o custom-columns=REASON:.reason,TYPE:.type
kubectl get events --field-selector involvedObject.kind=Deployment -o custom-columns=REASON:.reason,MESSAGE:.message
kubectl get events --field-selector involvedObject.kind=StatefulSet
kubectl get events --field-selector reason=Scheduled,involvedObject.name=db-0 -o custom-columns=TYPE:.type,MESSAGE:.message
kubectl events --for pod/nope
kubectl get hpa,cronjobs,jobs,ds,ing,netpol,pdb
kubectl get crd
kubectl get priorityclasses
kubectl get ingressclasses
kubectl get apiservices -o name | head -3
kubectl get clusterroles -o name | grep -E '/(admin|edit|view|cluster-admin)$'
kubectl get clusterrolebindings cluster-admin -o wide
kubectl get leases -n kube-node-lease
kubectl get pods -w --request-timeout=1s --field-selector=metadata.name=nope
kubectl get pods --chunk-size=1 -o name
kubectl get pods --output=nothing
kubectl get pods --nothing
kubectl get
kubectl nothing

# describe
kubectl describe pod db-0 | sed '/^Events:/,$d'
kubectl describe pods -l app=web
kubectl describe pod nope
kubectl describe deployment web
kubectl describe rs -l app=web
kubectl describe sts db
kubectl describe svc db
kubectl describe endpoints db
kubectl describe pvc db-data
kubectl describe pv pvc-0a1b2c3d
kubectl describe sc standard
kubectl describe secret db-secret
kubectl describe cm kube-root-ca.crt
kubectl describe sa default
kubectl describe ns shop
kubectl describe node node-a
kubectl describe clusterrole view

# logs, exec, cp, top
kubectl logs db-0
kubectl logs db-0 --tail=1
kubectl logs db-0 --timestamps
kubectl logs db-0 --since=1h
kubectl logs db-0 -c db
kubectl logs db-0 -c nope
kubectl logs db-0 --previous
kubectl logs sts/db
kubectl logs deployment/web --all-containers
kubectl logs -l app=web --prefix
kubectl logs nope
kubectl logs deployment/nope
kubectl exec db-0 -- fail
kubectl exec db-0 -- printenv ROOT_PASSWORD
kubectl exec db-0 -- nosuch
kubectl exec nope -- env
kubectl exec db-0 -c nope -- env
kubectl exec db-0
printf abc | kubectl exec -i db-0 -- count
kubectl cp nope:/x here
kubectl top pods
kubectl port-forward nope 8080
kubectl port-forward svc/nope 8080
kubectl port-forward db-0 notaport
kubectl proxy --port=$PROXY_PORT >/dev/null & sleep 0.7; curl -s http://127.0.0.1:$PROXY_PORT/api/v1/namespaces/shop/services/db | grep -o '"kind": "Service"'; kill $!

# Who may do what
kubectl auth can-i delete pods
kubectl auth can-i '*' '*'
kubectl auth can-i delete pods --context drill-view
kubectl auth can-i get pods/log --context drill-view
kubectl auth can-i get secrets --context drill-view
kubectl auth can-i list nodes --context drill-view
kubectl auth can-i get nothing
kubectl auth can-i --list
kubectl auth whoami
kubectl get pods --context drill-view -o name --field-selector=metadata.name=db-0
kubectl get secrets --context drill-view
kubectl get nodes --context drill-view
kubectl delete pod db-0 --context drill-view
kubectl scale deployment/web --replicas=1 --context drill-view
kubectl exec db-0 --context drill-view -- env
kubectl create cm x --context drill-view
kubectl get pods --as=somebody
kubectl get pods --as=somebody --as-group=system:masters -o name --field-selector=metadata.name=db-0
kubectl get pods --token=wrong --kubeconfig=/dev/null --server=$SERVER --insecure-skip-tls-verify
kubectl get pods --context nowhere

# create, of all kinds, dry
kubectl create deployment new --image=shop/web:1 --replicas=2 --dry-run=server -o yaml
kubectl create deployment new --image=shop/web:1 --dry-run=client -o yaml
kubectl create service clusterip new --tcp=80:8080 --dry-run=server -o yaml
kubectl create job new --image=busybox:1 --dry-run=server -o yaml -- true
kubectl create cronjob new --image=busybox:1 --schedule='* * * * *' --dry-run=server -o yaml -- true
kubectl create ingress new --rule='a.example.com/*=db:3306' --dry-run=server -o yaml
kubectl create role new --verb=get --resource=pods --dry-run=server -o yaml
kubectl create rolebinding new --clusterrole=view --user=x --dry-run=server -o yaml
kubectl create clusterrole new --verb=get --resource=nodes --dry-run=server -o yaml
kubectl create sa new --dry-run=server -o yaml
kubectl create ns new --dry-run=server -o yaml
kubectl create quota new --hard=pods=5 --dry-run=server -o yaml
kubectl create pdb new --selector=app=web --min-available=1 --dry-run=server -o yaml
kubectl create priorityclass new --value=7 --dry-run=server -o yaml
kubectl create configmap new --from-literal=a=b --dry-run=server -o yaml
kubectl create secret generic new --from-literal=a=b --dry-run=server -o yaml
kubectl create secret tls new --cert=no.pem --key=no.pem
kubectl run new --image=busybox:1 --dry-run=server -o yaml -- sleep 1d
kubectl create -f nowhere.yaml
kubectl create deployment Bad_Name --image=x
kubectl create configmap Bad_Name

# Create and apply for real
kubectl create configmap settings --from-literal=level=info
kubectl create configmap settings --from-literal=level=info
kubectl create secret generic keys --from-literal=jwt.secret=abc
kubectl get cm settings -o yaml
kubectl describe cm settings
kubectl create sa robot
kubectl create role reader --verb=get,list --resource=pods,services
kubectl create rolebinding readers --role=reader --serviceaccount=shop:robot
kubectl describe role reader
kubectl describe rolebinding readers
kubectl get role,rolebinding
kubectl apply -f app.yaml
kubectl apply -f app.yaml
kubectl rollout status deployment/app --timeout=60s
settle
kubectl get deploy app -o yaml
kubectl get svc app-public
kubectl describe svc app
kubectl get ing app
kubectl describe ing app
kubectl get netpol app -o yaml
kubectl describe netpol app
kubectl get ds agent
kubectl get quota,limits
kubectl describe quota most
kubectl describe limits usual
kubectl diff -f app.yaml
kubectl diff -f app-v2.yaml
kubectl apply -f app-v2.yaml --dry-run=server
kubectl apply -f app-v2.yaml
kubectl rollout status deployment/app --timeout=60s
settle
kubectl apply view-last-applied cm/app-settings
kubectl apply --server-side -f app.yaml
kubectl apply --server-side --force-conflicts -f app.yaml
kubectl get cm app-settings -o yaml
kubectl apply --server-side --field-manager=other -f conflict.yaml
kubectl apply -f invalid.yaml
kubectl apply -f invalid-port.yaml
kubectl apply -f unknown-field.yaml
kubectl apply -f unknown-field.yaml --validate=false
kubectl apply -f unknown-kind.yaml
kubectl apply -f broken.yaml
kubectl apply -f immutable.yaml
kubectl replace -f stale.yaml
kubectl replace -f missing.yaml
settle

# Changes in place
kubectl patch deployment app -p '{"spec":{"template":{"spec":{"containers":[{"name":"app","env":[{"name":"LEVEL","value":"debug"}]}]}}}}'
kubectl patch deployment app --type=merge -p '{"metadata":{"labels":{"tier":"front"}}}'
kubectl patch deployment app --type=json -p '[{"op":"remove","path":"/spec/nothing"}]'
kubectl patch deployment app --type=json -p '[{"op":"test","path":"/spec/replicas","value":9}]'
kubectl patch deployment app -p '{"spec":{"replicas":"many"}}'
kubectl patch deployment app -p '{"spec":{"replicas":-1}}'
kubectl patch deployment app -p '{"spec":{"selector":{"matchLabels":{"app":"other"}}}}'
kubectl patch deployment nope -p '{}'
kubectl patch svc app -p '{"spec":{"type":"Nothing"}}'
kubectl patch svc app -p '{"spec":{"ports":[{"port":99999}]}}'
kubectl patch cm settings -p '{"data":{"level":5}}'
# What follows is the change as Go structures, worded at random.
kubectl patch pod db-0 -p '{"spec":{"containers":[{"name":"db","resources":{"requests":{"cpu":"1"}}}]}}' 2>&1 | head -1 | cut -c1-88
kubectl patch pvc db-data -p '{"spec":{"resources":{"requests":{"storage":"1Gi"}}}}'
kubectl patch secret keys -p '{"stringData":{"jwt.secret":"new"}}'
kubectl get secret keys -o jsonpath='{.data}'
kubectl label deployment app team=blue
kubectl label deployment app team=green
kubectl label deployment app team=green --overwrite
kubectl label deployment app team-
kubectl label pods -l app=web seen=yes
kubectl label cm settings 'bad key=1'
kubectl annotate deployment app note='looked at'
kubectl annotate deployment app note-
kubectl set env deployment/app LEVEL=warn
kubectl set env deployment/app --list
kubectl set env deployment/app LEVEL-
kubectl set image deployment/app app=shop/app:3
kubectl set image deployment/app nope=shop/app:3
kubectl set resources deployment/app --requests=cpu=100m,memory=64Mi
kubectl set serviceaccount deployment/app robot
kubectl set selector svc/app app=app,tier=front
kubectl set subject rolebinding readers --user=somebody
kubectl rollout status deployment/app --timeout=60s
settle
kubectl describe deployment app | sed '/^Events:/,$d'
kubectl rollout history deployment/app
kubectl rollout history deployment/app --revision=1
kubectl rollout history deployment/app --revision=99
kubectl rollout undo deployment/app --to-revision=1
kubectl rollout status deployment/app --timeout=60s
settle
kubectl rollout undo deployment/app --to-revision=99
kubectl rollout pause deployment/app
kubectl rollout pause deployment/app
kubectl rollout restart deployment/app
kubectl rollout undo deployment/app
kubectl rollout resume deployment/app
kubectl rollout restart deployment/app
kubectl rollout status deployment/app --timeout=60s
kubectl rollout restart sts/db
kubectl rollout status sts/db --timeout=60s
settle
kubectl rollout history sts/db
kubectl rollout status ds/agent --timeout=60s
kubectl rollout status deployment/nope
kubectl rollout restart cm/settings
EDITOR='sed -i s/level:.*/level:\ edited/' kubectl edit cm settings
kubectl get cm settings -o jsonpath='{.data.level}'
EDITOR=true kubectl edit cm settings
EDITOR='sed -i s/replicas:.*/replicas:\ many/' kubectl edit deployment app 2>&1 | grep -v tmp
kubectl edit cm nope
kubectl scale deployment/app --replicas=3
kubectl scale deployment/app --replicas=1 --current-replicas=9
kubectl scale deployment/nope --replicas=1
kubectl scale sts/db --replicas=-1
kubectl wait --for=jsonpath='{.status.readyReplicas}'=3 deployment/app --timeout=60s
kubectl autoscale deployment app --min=1 --max=5 --cpu-percent=80
kubectl get hpa app
kubectl expose deployment app --name=app-again --port=80 --target-port=8080
kubectl get svc app-again -o yaml
kubectl expose deployment nope --port=80
settle
kubectl get endpoints app-again

# A bad image, a pod that does not fit, an object that is held
kubectl set image deployment/app app=nowhere/app:9
kubectl rollout status deployment/app --timeout=2s
settle
kubectl get deploy app
kubectl rollout undo deployment/app
kubectl rollout status deployment/app --timeout=60s
settle
kubectl run large --image=shop/web:1 --overrides='{"spec":{"containers":[{"name":"large","image":"shop/web:1","resources":{"requests":{"cpu":"64"}}}]}}'
settle
kubectl get pod large
kubectl describe pod large
kubectl logs large
kubectl exec large -- env
kubectl wait --for=condition=Ready pod/large --timeout=1s
kubectl delete pod large
kubectl run one --image=shop/web:1 --labels=a=b --env=X=y --port=80
kubectl wait --for=condition=Ready pod/one --timeout=60s
kubectl get pod one -o yaml
kubectl run one --image=shop/web:1
kubectl delete pod one --now
kubectl wait --for=delete pod/one --timeout=30s

# Nodes
kubectl cordon node-a
kubectl cordon node-a
kubectl get node node-a
kubectl uncordon node-a
kubectl uncordon node-a
kubectl taint node node-a key=value:NoSchedule
kubectl taint node node-a key=value:NoSchedule
kubectl describe node node-a | grep -A1 Taints
kubectl taint node node-a key-
kubectl taint node node-a nope-
kubectl label node node-a disk=fast
kubectl label node node-a disk-
kubectl drain node-a 2>/dev/null
kubectl uncordon node-a
settle
kubectl drain node-a --ignore-daemonsets --dry-run=server
kubectl drain nope
kubectl cordon nope

# Custom resources
kubectl apply -f crd.yaml
kubectl wait --for=condition=Established crd/backups.example.com --timeout=10s
kubectl get crd backups.example.com -o name
kubectl apply -f backup.yaml
kubectl get backups
kubectl get bk nightly -o yaml
kubectl patch backup nightly --type=merge -p '{"spec":{"keep":9}}'
kubectl describe backup nightly
kubectl delete backup nightly

# Deleting
kubectl delete cm settings --dry-run=server
kubectl delete cm settings
kubectl delete cm settings
kubectl delete cm settings --ignore-not-found
kubectl delete pods -l app=web --field-selector=metadata.name=nope
kubectl delete secret keys -o name
kubectl delete pod db-0 --wait=false
settle
kubectl get pod db-0
kubectl delete pvc db-data --wait=false
kubectl get pvc db-data
kubectl describe pvc db-data
kubectl delete rs -l app=web --wait=false
settle
kubectl delete -f app.yaml
kubectl delete hpa app
kubectl delete svc app-again
kubectl delete rolebinding/readers role/reader sa/robot
kubectl create ns scratch
kubectl create cm kept -n scratch --from-literal=a=b
kubectl delete ns scratch --timeout=30s
kubectl get cm -n scratch
kubectl create cm late -n scratch
kubectl delete ns default
kubectl delete nothing --all
kubectl delete pods
kubectl delete all
