# Backup schedule (via CronJob)
# Daily full backup: 2:00 AM UTC
# Hourly incremental: Every hour
# Retention: 30 days full, 7 days incremental

# Manual backup
kubectl exec -it mysql-0 -n buildnest -- \
  mysqldump -u root -p buildnest_ecommerce \
  --single-transaction --routines --triggers \
  | gzip > buildnest-backup-$(date +%Y%m%d-%H%M%S).sql.gz

# Upload to S3
aws s3 cp buildnest-backup-*.sql.gz s3://buildnest-backups/mysql/
