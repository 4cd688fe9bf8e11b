# Emergency JWT rotation
kubectl create secret generic buildnest-secrets \
  --from-literal=jwt.secret="$(openssl rand -base64 64)" \
  --dry-run=client -o yaml | kubectl apply -f -

# Revoke all active sessions
kubectl exec -it redis-0 -n buildnest -- redis-cli FLUSHALL
