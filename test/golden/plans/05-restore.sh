# List available backups
aws s3 ls s3://buildnest-backups/mysql/ --recursive | grep dump

# Download latest backup
aws s3 cp s3://buildnest-backups/mysql/buildnest-2026-01-31-0200.sql.gz /tmp/

# Restore to new database instance
gunzip < /tmp/buildnest-2026-01-31-0200.sql.gz | \
  kubectl exec -i mysql-0 -n buildnest -- mysql -u root -p buildnest_ecommerce
