# Restore full backup
# Then apply binary logs from backup time to desired point

# Find binary log position
kubectl exec -it mysql-0 -n buildnest -- mysql -u root -p -e "SHOW MASTER STATUS;"

# Apply binary logs
kubectl exec -it mysql-0 -n buildnest -- \
  mysqlbinlog /var/log/mysql/mysql-bin.000001 \
  --start-position=12345 --stop-position=67890 | \
  mysql -u root -p buildnest_ecommerce
