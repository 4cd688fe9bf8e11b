# Apply any pending migrations
kubectl exec -it deployment/buildnest-app -n buildnest -- \
  /app/mvnw liquibase:update
