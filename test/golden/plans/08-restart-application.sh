# Rolling restart to reconnect to database
kubectl rollout restart deployment/buildnest-app -n buildnest

# Wait for rollout
kubectl rollout status deployment/buildnest-app -n buildnest --timeout=120s
