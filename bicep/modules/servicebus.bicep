// Service Bus: GitHub's deliveries and people's commands, and the inference worker's jobs and results. What a queue is made
// with here is what docs/azure.md says; sessions and duplicate detection cannot be changed afterwards.

@description('Name of the namespace.')
param name string
@description('Region.')
param location string
@description('Tags of the resource.')
param tags object
@description('Tier. Private endpoints and customer-managed keys ask for Premium.')
@allowed([
  'Standard'
  'Premium'
])
param tier string
@description('Messaging units of the tier Premium.')
@allowed([
  1
  2
  4
  8
  16
])
param capacity int
@description('Object ids of the hosts\' identities.')
param hosts array
@description('Object id of the inference worker\'s identity; empty where there is no worker.')
param workerPrincipalId string
@description('Whether the namespace is reached through a private endpoint alone.')
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
// One for each priority: a person's command never waits behind a thousand pushes.
var eventQueues = [
  'fusion-command'
  'fusion-event'
  'fusion-scheduled'
]
var jobQueues = [
  'inference-person'
  'inference-pull'
  'inference-again'
  'inference-scheduled'
  'inference-backfill'
]
var resultQueue = 'inference-results'

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  sku: tier == 'Premium' ? {
    name: 'Premium'
    tier: 'Premium'
    capacity: capacity
  } : {
    name: 'Standard'
    tier: 'Standard'
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
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: private ? 'Disabled' : 'Enabled'
    encryption: empty(encryptionIdentityId) ? null : {
      keySource: 'Microsoft.KeyVault'
      keyVaultProperties: [
        {
          keyName: encryptionKeyName
          keyVaultUri: vaultUri
          identity: {
            userAssignedIdentity: encryptionIdentityId
          }
        }
      ]
      requireInfrastructureEncryption: false
    }
  }
}

resource eventQueue 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = [for queue in eventQueues: {
  parent: namespace
  name: queue
  properties: {
    requiresSession: true
    requiresDuplicateDetection: true
    duplicateDetectionHistoryTimeWindow: 'P7D'
    enablePartitioning: false
    lockDuration: 'PT1M'
    maxDeliveryCount: 10
    defaultMessageTimeToLive: 'P14D'
    deadLetteringOnMessageExpiration: true
  }
}]

resource jobQueue 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = [for queue in jobQueues: {
  parent: namespace
  name: queue
  properties: {
    requiresSession: false
    requiresDuplicateDetection: true
    duplicateDetectionHistoryTimeWindow: 'P1D'
    enablePartitioning: false
    lockDuration: 'PT1M'
    maxDeliveryCount: 10
    deadLetteringOnMessageExpiration: true
  }
}]

resource results 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = {
  parent: namespace
  name: resultQueue
  properties: {
    requiresSession: false
    requiresDuplicateDetection: true
    duplicateDetectionHistoryTimeWindow: 'P1D'
    enablePartitioning: false
    lockDuration: 'PT1M'
    maxDeliveryCount: 10
    deadLetteringOnMessageExpiration: true
  }
}

// A host sends deliveries, commands, scheduled copies and jobs: to every queue, so the role is on the namespace.
resource hostSends 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for principalId in hosts: {
  name: guid(namespace.id, principalId, roles.serviceBusDataSender.id)
  scope: namespace
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.serviceBusDataSender.id)
  }
}]

// A host takes deliveries and results, and the jobs' dead letters are shown by `fusion dead-letters`.
resource hostReceives 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for principalId in hosts: {
  name: guid(namespace.id, principalId, roles.serviceBusDataReceiver.id)
  scope: namespace
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.serviceBusDataReceiver.id)
  }
}]

// The worker takes jobs, and its scaler reads how many wait. It sees no delivery of GitHub.
resource workerReceives 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (queue, index) in jobQueues: if (!empty(workerPrincipalId)) {
  name: guid(jobQueue[index].id, workerPrincipalId, roles.serviceBusDataReceiver.id)
  scope: jobQueue[index]
  properties: {
    principalId: workerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.serviceBusDataReceiver.id)
  }
}]

// The worker sends a job again that an engine failed on.
resource workerSendsAgain 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (queue, index) in jobQueues: if (!empty(workerPrincipalId)) {
  name: guid(jobQueue[index].id, workerPrincipalId, roles.serviceBusDataSender.id)
  scope: jobQueue[index]
  properties: {
    principalId: workerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.serviceBusDataSender.id)
  }
}]

// The worker tells results. It cannot read what other workers told.
resource workerTells 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(workerPrincipalId)) {
  name: guid(results.id, workerPrincipalId, roles.serviceBusDataSender.id)
  scope: results
  properties: {
    principalId: workerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.serviceBusDataSender.id)
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'fusion'
  scope: namespace
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'OperationalLogs'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

@description('Resource id of the namespace.')
output id string = namespace.id
@description('Name of the namespace, as the scalers want it.')
output name string = namespace.name
@description('Host name of the namespace, as the hosts and the worker want it.')
output hostName string = replace(replace(namespace.properties.serviceBusEndpoint, 'https://', ''), ':443/', '')
@description('Queues of deliveries and commands.')
output eventQueues array = eventQueues
@description('Queues of the inference worker\'s jobs.')
output jobQueues array = jobQueues
