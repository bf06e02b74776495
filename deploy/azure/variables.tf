variable "subscription_id" {
  description = "The subscription that everything is in."
  type        = string
}

variable "location" {
  description = "The region that has the GPU sizes."
  type        = string
}

variable "name" {
  description = "The start of all names, and the cluster's name."
  type        = string
  default     = "scheduler"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{2,15}$", var.name))
    error_message = "name must be 3 to 16 lower-case letters and digits: the storage account is named after it."
  }
}

variable "kubernetes_version" {
  description = "None: AKS' default."
  type        = string
  default     = null
}

variable "address_space" {
  description = "The network's addresses. Pods have addresses of it (Azure CNI): 7,500 nodes with 30 pods each need a /14."
  type        = string
  default     = "10.0.0.0/14"
}

variable "gpu_pools" {
  description = <<-EOT
    Node pools whose capacity the scheduler owns: one scale set each. An InfiniBand pool is one placement group of at most 100 machines, so a fleet is many pools.
    spot: machines at the spot price, deleted when evicted.
  EOT
  type = map(object({
    vm_size = string
    max     = optional(number, 100)
    zones   = optional(list(string), [])
    spot    = optional(bool, false)
    labels  = optional(map(string), {})
  }))
  default = {}

  validation {
    condition     = alltrue([for name, pool in var.gpu_pools : can(regex("^[a-z][a-z0-9]{0,11}$", name)) && pool.max >= 1 && pool.max <= 1000])
    error_message = "A pool's name has 1 to 12 lower-case letters and digits, and max is 1 to 1000."
  }
}

variable "scheduler_namespace" {
  description = "Where the gateway runs."
  type        = string
  default     = "orleans-scheduler"
}

variable "scheduler_service_account" {
  description = "The gateway's service account."
  type        = string
  default     = "gateway"
}

variable "tags" {
  type    = map(string)
  default = {}
}
