@description('Its name.')
param name string
@description('Its region.')
param location string
@description('Its containers.')
param containers string[]
@description('How large it is.')
param size 'small' | 'large'
@description('Who reads and writes.')
param principal string
@description('Whether nobody reaches it from outside.')
param isPrivate bool

var roles = loadJsonContent('../roles.json')

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: name
  location: location
  tags: { 'azd-service-name': 'store' }
  kind: 'StorageV2'
  sku: { name: size == 'large' ? 'Standard_ZRS' : 'Standard_LRS' }
  properties: {
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    minimumTlsVersion: 'TLS1_2'
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
  }

  resource service 'blobServices@2024-01-01' = {
    name: 'default'
  }
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = [
  for (each, index) in containers: {
    parent: account::service
    name: each
    properties: { metadata: { place: '${index}' } }
  }
]

// Contents are written and read by the one that works with them.
resource writes 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, principal, roles.blobs.id)
  scope: account
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.blobs.id)
    principalId: principal
    principalType: 'ServicePrincipal'
  }
}

@description('Where it is.')
output address string = account.properties.primaryEndpoints.blob
