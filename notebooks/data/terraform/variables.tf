variable "environment" {
  description = "Names everything that is made; production and disaster-recovery share nothing."
  type        = string
  validation {
    condition     = contains(["production", "disaster-recovery"], var.environment)
    error_message = "The environment is production or disaster-recovery."
  }
}

variable "cluster_name" {
  description = "Name of the EKS cluster."
  type        = string
}

variable "region" {
  description = "AWS region."
  type        = string
}

variable "kubernetes_version" {
  description = "Version of the control plane; the same as production's."
  type        = string
}

variable "vpc_cidr" {
  description = "Addresses of the network. They overlap with no other network of the account."
  type        = string
}

variable "availability_zones" {
  description = "Zones of the nodes: others than production's where the region has them."
  type        = list(string)
}

variable "node_groups" {
  description = "Node groups by name."
  type = map(object({
    instance_type = string
    min_size      = number
    desired_size  = number
    max_size      = number
  }))
}

variable "database_volume_gib" {
  description = "Size of the database's volume in GiB; at least production's."
  type        = number
}

variable "database_volume_class" {
  description = "Storage class of the database's volume."
  type        = string
}

variable "backup_bucket" {
  description = "Bucket that the backups are read from."
  type        = string
}

variable "hosted_zone" {
  description = "DNS zone of the application."
  type        = string
}

variable "dns_ttl_seconds" {
  description = "How long others may remember an address; what a failover waits for."
  type        = number
}
