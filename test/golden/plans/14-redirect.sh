kubectl logs -f deployment/buildnest-app -n buildnest > security-incident-$(date +%Y%m%d-%H%M%S).log
