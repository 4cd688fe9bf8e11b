# Check table counts
kubectl exec -it mysql-0 -n buildnest -- mysql -u root -p -e "
  USE buildnest_ecommerce;
  SELECT 'users' as table_name, COUNT(*) as count FROM users
  UNION ALL
  SELECT 'products', COUNT(*) FROM product
  UNION ALL
  SELECT 'orders', COUNT(*) FROM orders;
"

# Check latest records
kubectl exec -it mysql-0 -n buildnest -- mysql -u root -p -e "
  USE buildnest_ecommerce;
  SELECT created_at, COUNT(*) 
  FROM orders 
  WHERE created_at > NOW() - INTERVAL 1 HOUR 
  GROUP BY created_at;
"
