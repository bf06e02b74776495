# The gateway's identity: no secret anywhere. The kubelet gives its pod a token, which Azure takes for this identity's.
resource "azurerm_user_assigned_identity" "gateway" {
  name                = "${var.name}-gateway"
  location            = var.location
  resource_group_name = azurerm_resource_group.this.name
  tags                = var.tags
}

resource "azurerm_federated_identity_credential" "gateway" {
  name                = "gateway"
  resource_group_name = azurerm_resource_group.this.name
  parent_id           = azurerm_user_assigned_identity.gateway.id
  audience            = ["api://AzureADTokenExchange"]
  issuer              = azurerm_kubernetes_cluster.this.oidc_issuer_url
  subject             = "system:serviceaccount:${var.scheduler_namespace}:${var.scheduler_service_account}"
}

# Exactly what src/Gateway/Azure calls, and nothing else.
resource "azurerm_role_definition" "scaler" {
  name        = "${var.name} scale set operator"
  scope       = "/subscriptions/${var.subscription_id}"
  description = "Reads scale sets and their machines, sets capacity and a tag, deletes and protects machines by id, reads usages."

  permissions {
    actions = [
      "Microsoft.Compute/virtualMachineScaleSets/read",
      "Microsoft.Compute/virtualMachineScaleSets/write",
      "Microsoft.Compute/virtualMachineScaleSets/delete/action",
      "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read",
      "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/write",
      "Microsoft.Compute/locations/operations/read",
      "Microsoft.Compute/locations/usages/read",
    ]
  }

  assignable_scopes = ["/subscriptions/${var.subscription_id}"]
}

# Over the group that AKS keeps its scale sets in. Usages and operations are of the subscription, and need the role there.
resource "azurerm_role_assignment" "scaler" {
  scope              = "/subscriptions/${var.subscription_id}/resourceGroups/${azurerm_kubernetes_cluster.this.node_resource_group}"
  role_definition_id = azurerm_role_definition.scaler.role_definition_resource_id
  principal_id       = azurerm_user_assigned_identity.gateway.principal_id
}

resource "azurerm_role_definition" "looker" {
  name        = "${var.name} usage reader"
  scope       = "/subscriptions/${var.subscription_id}"
  description = "Reads usages and how operations go."

  permissions {
    actions = ["Microsoft.Compute/locations/operations/read", "Microsoft.Compute/locations/usages/read"]
  }

  assignable_scopes = ["/subscriptions/${var.subscription_id}"]
}

resource "azurerm_role_assignment" "looker" {
  scope              = "/subscriptions/${var.subscription_id}"
  role_definition_id = azurerm_role_definition.looker.role_definition_resource_id
  principal_id       = azurerm_user_assigned_identity.gateway.principal_id
}

# A scale set's write is checked against what its model links to: the subnet that its machines join.
resource "azurerm_role_definition" "joiner" {
  name  = "${var.name} subnet joiner"
  scope = azurerm_virtual_network.this.id

  permissions {
    actions = ["Microsoft.Network/virtualNetworks/subnets/join/action"]
  }

  assignable_scopes = [azurerm_virtual_network.this.id]
}

resource "azurerm_role_assignment" "joiner" {
  scope              = azurerm_virtual_network.this.id
  role_definition_id = azurerm_role_definition.joiner.role_definition_resource_id
  principal_id       = azurerm_user_assigned_identity.gateway.principal_id
}

resource "azurerm_role_assignment" "state" {
  scope                = azurerm_storage_account.this.id
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = azurerm_user_assigned_identity.gateway.principal_id
}
