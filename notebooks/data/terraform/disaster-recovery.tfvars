# Variables of the disaster-recovery cluster: terraform plan -var-file=disaster-recovery.tfvars
# The numbers are samples. What must hold: another region or zone than production, a name of its own, and a network that
# overlaps with no other, so that the databases of both can replicate.
environment        = "disaster-recovery"
cluster_name       = "buildnest-disaster-recovery"
region             = "us-east-1"
kubernetes_version = "1.30"

vpc_cidr           = "10.90.0.0/16"
availability_zones = ["us-east-1c", "us-east-1d"]

node_groups = {
  general = { instance_type = "m6i.large", min_size = 2, desired_size = 3, max_size = 6 }
}

database_volume_gib   = 50
database_volume_class = "gp3"
backup_bucket         = "buildnest-backups"
hosted_zone           = "buildnest.com"
dns_ttl_seconds       = 60
