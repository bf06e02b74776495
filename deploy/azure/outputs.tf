output "gateway_client_id" {
  description = "Azure:ClientId of the gateway, and azure.workload.identity/client-id of its service account."
  value       = azurerm_user_assigned_identity.gateway.client_id
}

output "node_resource_group" {
  description = "Where the scale sets are: aks-<pool>-<number>-vmss. `az vmss list -g <group> --query [].id` gives the ids for Azure:ScaleSets."
  value       = azurerm_kubernetes_cluster.this.node_resource_group
}

output "cluster_name" {
  value = azurerm_kubernetes_cluster.this.name
}
