# Check last successful transaction before failure
kubectl exec -it mysql-0 -n buildnest -- mysql -u root -p -e "
  SELECT MAX(created_at) FROM orders;
"
# Compare with backup timestamp
