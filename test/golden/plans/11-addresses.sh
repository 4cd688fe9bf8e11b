# Check all pods are running
kubectl get pods -n buildnest -l app=buildnest

# Test application endpoints
curl https://api.buildnest.com/actuator/health
curl https://api.buildnest.com/api/products?page=0&size=10

# Check error rate
curl http://prometheus:9090/api/v1/query?query=rate(http_requests_total{status=~"5.."}[5m])
