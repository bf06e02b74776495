# What the module comes to: `terraform init && terraform test`. The provider is mocked, so no subscription is needed and nothing is made.
mock_provider "azurerm" {
  mock_resource "azurerm_kubernetes_cluster" {
    defaults = {
      id                  = "/subscriptions/s/resourceGroups/scheduler-rg/providers/Microsoft.ContainerService/managedClusters/scheduler"
      oidc_issuer_url     = "https://issuer.example/"
      node_resource_group = "scheduler-nodes-rg"
    }
  }
}

variables {
  subscription_id = "00000000-0000-0000-0000-000000000000"
  location        = "westeurope"
  gpu_pools = {
    h100 = { vm_size = "Standard_ND96isr_H100_v5" }
    spot = { vm_size = "Standard_ND96asr_v4", zones = ["1"], spot = true, labels = { team = "vision" } }
  }
}

run "capacity_is_the_schedulers" {
  command = apply

  assert {
    condition     = alltrue([for pool in azurerm_kubernetes_cluster_node_pool.gpu : pool.node_count == 0 && pool.auto_scaling_enabled == false])
    error_message = "GPU pools begin empty, and no autoscaler of Azure's is on."
  }

  assert {
    condition     = keys(azurerm_kubernetes_cluster_node_pool.gpu) == ["h100", "spot"]
    error_message = "Every entry of gpu_pools is one node pool."
  }

  assert {
    condition     = azurerm_kubernetes_cluster_node_pool.gpu["spot"].priority == "Spot" && azurerm_kubernetes_cluster_node_pool.gpu["spot"].eviction_policy == "Delete" && azurerm_kubernetes_cluster_node_pool.gpu["h100"].priority == "Regular"
    error_message = "A spot pool is one, and its evicted machines are deleted."
  }
}

run "the_network_is_azures" {
  command = apply

  assert {
    condition     = azurerm_kubernetes_cluster.this.network_profile[0].network_plugin == "azure" && azurerm_kubernetes_cluster.this.default_node_pool[0].pod_subnet_id == azurerm_subnet.pods.id
    error_message = "Pods have addresses of the network (Azure CNI)."
  }

  assert {
    condition     = tolist(azurerm_subnet.nodes.address_prefixes) == tolist(["10.0.0.0/16"]) && tolist(azurerm_subnet.pods.address_prefixes) == tolist(["10.2.0.0/15"])
    error_message = "Half of the network is pods', a quarter is nodes', and they do not overlap."
  }
}

run "the_gateway_has_an_identity_and_few_rights" {
  command = apply

  assert {
    condition     = azurerm_federated_identity_credential.gateway.subject == "system:serviceaccount:orleans-scheduler:gateway" && azurerm_federated_identity_credential.gateway.issuer == "https://issuer.example/"
    error_message = "The gateway's service account is the identity."
  }

  assert {
    condition     = length(flatten([for p in azurerm_role_definition.scaler.permissions : p.actions])) == 7 && !anytrue([for a in flatten([for p in azurerm_role_definition.scaler.permissions : p.actions]) : strcontains(a, "*")])
    error_message = "Seven actions, and no pattern among them."
  }

  assert {
    condition     = endswith(azurerm_role_assignment.scaler.scope, "/resourceGroups/scheduler-nodes-rg")
    error_message = "What writes is allowed in the group of the scale sets only."
  }
}

run "storage_is_closed" {
  command = apply

  assert {
    condition     = azurerm_storage_account.this.shared_access_key_enabled == false && azurerm_storage_account.this.allow_nested_items_to_be_public == false && azurerm_storage_account.this.network_rules[0].default_action == "Deny"
    error_message = "Storage is reached by identity, from the pods' network."
  }
}

run "names_that_azure_refuses_are_refused_before" {
  command = plan

  variables {
    name      = "Scheduler-1"
    gpu_pools = { "h100-a" = { vm_size = "Standard_ND96isr_H100_v5" } }
  }

  expect_failures = [var.name, var.gpu_pools]
}
