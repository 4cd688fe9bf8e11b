# Check application health
curl https://api.buildnest.com/actuator/health | jq '.components.db.status'
# Expected: "UP"

# Test database operations
curl -X POST https://api.buildnest.com/api/auth/login \
  -H "Content-Type: application/json" \
  -d '{"username":"testuser","password":"testpass"}'
# Expected: 200 OK with JWT token

# Test order creation
curl -X POST https://api.buildnest.com/api/orders \
  -H "Authorization: Bearer $TOKEN" \
  -H "Content-Type: application/json" \
  -d '{"items":[{"productId":1,"quantity":2}]}'
# Expected: 201 Created
