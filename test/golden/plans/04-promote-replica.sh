# If using MySQL replication
kubectl exec -it mysql-standby -n buildnest -- mysql -u root -p

# On standby MySQL
STOP SLAVE;
RESET SLAVE ALL;

# Update application to point to standby
kubectl set env deployment/buildnest-app \
  SPRING_DATASOURCE_URL="jdbc:mysql://mysql-standby:3306/buildnest_ecommerce" \
  -n buildnest
