# Check database pod status
kubectl describe pod mysql-0 -n buildnest

# Check persistent volume
kubectl get pvc -n buildnest
kubectl describe pvc mysql-pvc -n buildnest

# Check database error logs
kubectl logs mysql-0 -n buildnest --previous
