// Container Registry: images of the inference worker, of the scheduler host and of the analyzers.

@description('Name of the registry.')
param name string
@description('Region.')
param location string
@description('Tags of the resource.')
param tags object
@description('Tier. Private endpoints and customer-managed keys ask for Premium.')
@allowed([
  'Basic'
  'Standard'
  'Premium'
])
param tier string
@description('Object ids of the identities with which Container Apps fetches images.')
param pullers array
@description('Whether the registry is reached through a private endpoint alone.')
param private bool
@description('Resource id of the identity that reaches the encryption key; empty without customer-managed keys.')
param encryptionIdentityId string
@description('Client id of that identity.')
param encryptionClientId string
@description('Address of the encryption key, without a version; empty without customer-managed keys.')
param encryptionKeyUri string
@description('Resource id of the Log Analytics workspace.')
param workspaceId string

var roles = loadJsonContent('../roles.json')

resource registry 'Microsoft.ContainerRegistry/registries@2025-04-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: tier
  }
  identity: empty(encryptionIdentityId) ? {
    type: 'None'
  } : {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${encryptionIdentityId}': {}
    }
  }
  properties: {
    adminUserEnabled: false
    anonymousPullEnabled: false
    publicNetworkAccess: private ? 'Disabled' : 'Enabled'
    networkRuleBypassOptions: 'AzureServices'
    encryption: empty(encryptionIdentityId) ? null : {
      status: 'enabled'
      keyVaultProperties: {
        identity: encryptionClientId
        keyIdentifier: encryptionKeyUri
      }
    }
  }
}

// Container Apps fetches images with the workload's identity; nobody pushes with one, and there is no admin user.
resource pulls 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for principalId in pullers: {
  name: guid(registry.id, principalId, roles.acrPull.id)
  scope: registry
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.acrPull.id)
  }
}]

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'fusion'
  scope: registry
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'audit'
        enabled: true
      }
    ]
  }
}

@description('Resource id of the registry.')
output id string = registry.id
@description('Name of the registry.')
output name string = registry.name
@description('Host name from which images are fetched.')
output server string = registry.properties.loginServer
