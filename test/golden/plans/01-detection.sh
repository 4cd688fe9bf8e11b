# Check database health
kubectl get pods -n buildnest | grep mysql
kubectl logs -f mysql-0 -n buildnest --tail=100

# Check application logs
kubectl logs -f deployment/buildnest-app -n buildnest | grep -i "database\|mysql"

# Check database connectivity
kubectl exec -it mysql-0 -n buildnest -- mysql -u root -p -e "SELECT 1;"
