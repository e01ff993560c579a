// Two storage accounts: the Functions host's own (package, leases, task hub), and that of contents and evidence. They are two
// so that the host's broad roles on its own account say nothing about contents. No shared key opens either.

@description('Name of the Functions host\'s account.')
param hostName string
@description('Name of the account of contents and evidence.')
param contentsName string
@description('Region.')
param location string
@description('Tags of the resources.')
param tags object
@description('Redundancy, for example Standard_LRS or Standard_ZRS.')
param sku string
@description('Object ids of the hosts\' identities.')
param hosts array
@description('Object id of the Function App\'s identity; empty where there is no Function App.')
param functionsPrincipalId string
@description('Object id of the inference worker\'s identity; empty where there is no worker.')
param workerPrincipalId string
@description('Days for which an anchor can be neither changed nor deleted.')
@minValue(1)
@maxValue(146000)
param anchorRetentionDays int
@description('Whether somebody has locked the policy of the anchors: a locked one takes no deployment, which would fail.')
@allowed([
  'open'
  'locked'
])
param anchorPolicy string
@description('Days for which deleted blobs and containers can be had back.')
@minValue(1)
@maxValue(365)
param recoveryDays int
@description('Whether the accounts are reached through private endpoints alone.')
param private bool
@description('Resource id of the identity that reaches the encryption key; empty without customer-managed keys.')
param encryptionIdentityId string
@description('Address of the vault of the encryption key.')
param vaultUri string
@description('Name of the encryption key.')
param encryptionKeyName string
@description('Resource id of the Log Analytics workspace.')
param workspaceId string

var roles = loadJsonContent('../roles.json')
var identity = empty(encryptionIdentityId) ? {
  type: 'None'
} : {
  type: 'UserAssigned'
  userAssignedIdentities: {
    '${encryptionIdentityId}': {}
  }
}
// Queues and tables are encrypted with the customer's key only where the account is made so; it cannot be chosen later.
var services = {
  blob: {
    enabled: true
    keyType: 'Account'
  }
  file: {
    enabled: true
    keyType: 'Account'
  }
  queue: {
    enabled: true
    keyType: 'Account'
  }
  table: {
    enabled: true
    keyType: 'Account'
  }
}
var encryption = empty(encryptionIdentityId) ? {
  keySource: 'Microsoft.Storage'
  services: services
} : {
  keySource: 'Microsoft.Keyvault'
  services: services
  identity: {
    userAssignedIdentity: encryptionIdentityId
  }
  keyvaultproperties: {
    keyname: encryptionKeyName
    keyvaulturi: vaultUri
  }
}
var networkAcls = {
  bypass: 'AzureServices'
  defaultAction: private ? 'Deny' : 'Allow'
}
// `blobs` is Fusion's; `answers` and `utilisation` are the worker's.
var workerContainers = [
  'blobs'
  'answers'
  'utilisation'
]

resource host 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: hostName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: sku
  }
  identity: identity
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowCrossTenantReplication: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: private ? 'Disabled' : 'Enabled'
    networkAcls: networkAcls
    encryption: encryption
  }
}

resource hostBlobs 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' = {
  parent: host
  name: 'default'
}

resource packages 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = {
  parent: hostBlobs
  name: 'deployments'
}

resource contents 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: contentsName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: sku
  }
  identity: identity
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowCrossTenantReplication: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: private ? 'Disabled' : 'Enabled'
    networkAcls: networkAcls
    encryption: encryption
  }
}

resource contentsBlobs 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' = {
  parent: contents
  name: 'default'
  properties: {
    deleteRetentionPolicy: {
      enabled: true
      days: recoveryDays
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: recoveryDays
    }
  }
}

resource workerContainer 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = [for name in workerContainers: {
  parent: contentsBlobs
  name: name
}]

resource anchors 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = {
  parent: contentsBlobs
  name: 'anchors'
}

// Write once, read many. The policy is made unlocked; locking cannot be taken back and is therefore a person's deed
// (bicep/README.md has the command). Until then whoever may change the account may take the policy away. Once it is locked,
// Azure takes nothing but more days, and not from a template: it stays as it is, and is left out here.
resource worm 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2025-01-01' = if (anchorPolicy == 'open') {
  parent: anchors
  name: 'default'
  properties: {
    immutabilityPeriodSinceCreationInDays: anchorRetentionDays
    allowProtectedAppendWrites: false
  }
}

// The Functions host keeps its package, its keys and the leases of its timers in blobs; leases ask for more than Contributor.
resource hostKeepsBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(functionsPrincipalId)) {
  name: guid(host.id, functionsPrincipalId, roles.storageBlobDataOwner.id)
  scope: host
  properties: {
    principalId: functionsPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.storageBlobDataOwner.id)
  }
}

// Durable Functions passes its messages through queues of this account.
resource hostKeepsQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(functionsPrincipalId)) {
  name: guid(host.id, functionsPrincipalId, roles.storageQueueDataContributor.id)
  scope: host
  properties: {
    principalId: functionsPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.storageQueueDataContributor.id)
  }
}

// Durable Functions keeps histories and instances in tables of this account.
resource hostKeepsTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(functionsPrincipalId)) {
  name: guid(host.id, functionsPrincipalId, roles.storageTableDataContributor.id)
  scope: host
  properties: {
    principalId: functionsPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.storageTableDataContributor.id)
  }
}

// A host reads and writes contents, results and anchors; what keeps anchors unchanged is their policy, not a missing role.
resource hostWritesContents 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for principalId in hosts: {
  name: guid(contents.id, principalId, roles.storageBlobDataContributor.id)
  scope: contents
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.storageBlobDataContributor.id)
  }
}]

// The worker reads prompts and writes answers and figures: in these containers, and not in that of the anchors.
resource workerWritesAnswers 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (name, index) in workerContainers: if (!empty(workerPrincipalId)) {
  name: guid(workerContainer[index].id, workerPrincipalId, roles.storageBlobDataContributor.id)
  scope: workerContainer[index]
  properties: {
    principalId: workerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.storageBlobDataContributor.id)
  }
}]

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'fusion'
  scope: contentsBlobs
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'audit'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'Transaction'
        enabled: true
      }
    ]
  }
}

@description('Resource id of the Functions host\'s account.')
output hostId string = host.id
@description('Name of the Functions host\'s account.')
output hostName string = host.name
@description('Address of the container of the Function App\'s packages.')
output packagesUrl string = '${host.properties.primaryEndpoints.blob}${packages.name}'
@description('Resource id of the account of contents.')
output contentsId string = contents.id
@description('FUSION_BLOBS: the blob address of the account of contents.')
output blobsUrl string = 'https://${contents.name}.blob.${environment().suffixes.storage}'
@description('FUSION_ANCHOR: where heads of the chains of evidence are kept.')
output anchor string = 'blob+https://${contents.name}.blob.${environment().suffixes.storage}/${anchors.name}'
