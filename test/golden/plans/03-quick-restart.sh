# Restart database pod
kubectl delete pod mysql-0 -n buildnest

# Wait for pod to be ready
kubectl wait --for=condition=ready pod -l app=mysql -n buildnest --timeout=180s

# Test connectivity
kubectl exec -it mysql-0 -n buildnest -- mysql -u root -p -e "SELECT 1;"
