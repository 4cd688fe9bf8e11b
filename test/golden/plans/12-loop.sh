# Check cache is working
curl https://api.buildnest.com/api/categories | jq length
curl https://api.buildnest.com/api/categories | jq length  # Should be faster (cached)

# Check rate limiting
for i in {1..10}; do 
  curl -o /dev/null -s -w "%{http_code}\n" https://api.buildnest.com/api/auth/login \
    -X POST -d '{"username":"test","password":"wrong"}'
done
# Expected: 429 after 3 attempts
