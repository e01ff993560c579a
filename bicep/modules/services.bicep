// What the hosts work with: the vault, stores, queues, the registry and models, what watches them, and in the private form the
// network in which they are reached. Hosts are in hosts.bicep.

@description('Names of resources by what they are.')
param names object
@description('Region.')
param location string
@description('Tags of the resources.')
param tags object
@description('Object ids of the hosts\' identities.')
param hosts array
@description('Object ids of the identities with which Container Apps fetches images.')
param pullers array
@description('Object id of the Function App\'s identity; empty where there is no Function App.')
param functionsPrincipalId string
@description('Object id of the inference worker\'s identity; empty where there is no worker.')
param workerPrincipalId string
@description('The identity with which services reach the encryption key: id, clientId and principalId.')
param encryption object
@description('Whether there is something whose image a registry holds.')
param containers bool
@description('Switch: services are reached through private endpoints alone. Service Bus and the registry become Premium.')
param privateEndpoints bool
@description('Switch: what services keep is encrypted with a key of yours in Key Vault. Service Bus and the registry become Premium.')
param customerManagedKeys bool
@description('Switch: an AI Foundry account with the deployments below.')
param foundry bool
@description('Redundancy of storage accounts, for example Standard_LRS or Standard_ZRS.')
param storageSku string
@description('Whether instances and replicas lie in different zones, where the service has them.')
param zoneRedundant bool
@description('Days for which an anchor of the evidence can be neither changed nor deleted.')
param anchorRetentionDays int
@description('locked once somebody has locked the policy of the anchors: it takes no deployment any more.')
@allowed([
  'open'
  'locked'
])
param anchorPolicy string
@description('Days for which deleted contents can be had back.')
param recoveryDays int
@description('recover for one deployment, after the group was deleted: the vault of that name waits 90 days, and cannot be made anew.')
@allowed([
  'default'
  'recover'
])
param vaultCreateMode string
@description('How capacity of Cosmos DB is paid for.')
@allowed([
  'serverless'
  'autoscale'
])
param cosmosCapacity string
@description('Highest throughput with autoscale, in request units a second.')
param cosmosMaxThroughput int
@description('How far back records can be restored to any second.')
@allowed([
  'Continuous7Days'
  'Continuous30Days'
])
param cosmosBackup string
@description('Messaging units of Service Bus, where it is Premium.')
param serviceBusCapacity int
@description('Days for which logs, traces and metrics are kept.')
param logRetentionDays int
@description('Most gigabytes of logs a day; -1 for no limit.')
param logDailyCapGb int
@description('Addresses that alerts are mailed to.')
param alertEmails array
@description('Address space of the virtual network, a /22 or larger.')
param addressPrefix string
@description('Region of Foundry, where the models are not to be had in the other; it has to be an allowed one.')
param foundryLocation string
@description('Models to deploy in Foundry: name, format, model, version, sku and capacity.')
param deployments array

var premium = privateEndpoints || customerManagedKeys

module monitoring 'monitoring.bicep' = {
  name: 'monitoring'
  params: {
    workspaceName: names.workspace
    insightsName: names.insights
    location: location
    tags: tags
    retentionDays: logRetentionDays
    dailyCapGb: logDailyCapGb
  }
}

module telemetry 'telemetry.bicep' = {
  name: 'telemetry'
  params: {
    insightsName: monitoring.outputs.insightsName
    hosts: hosts
  }
}

module alerts 'alerts.bicep' = {
  name: 'alerts'
  params: {
    actionGroupName: names.actionGroup
    location: location
    tags: tags
    emails: alertEmails
    workspaceId: monitoring.outputs.workspaceId
    namespaceId: bus.outputs.id
  }
}

module network 'network.bicep' = if (privateEndpoints) {
  name: 'network'
  params: {
    name: names.network
    natName: names.nat
    publicIpName: names.publicIp
    location: location
    tags: tags
    addressPrefix: addressPrefix
  }
}

module vault 'keyvault.bicep' = {
  name: 'keyvault'
  params: {
    name: names.vault
    location: location
    tags: tags
    hosts: hosts
    createMode: vaultCreateMode
    encryptionPrincipalId: encryption.principalId
    private: privateEndpoints
    workspaceId: monitoring.outputs.workspaceId
  }
}

module storage 'storage.bicep' = {
  name: 'storage'
  params: {
    hostName: names.hostStorage
    contentsName: names.contentsStorage
    location: location
    tags: tags
    sku: storageSku
    hosts: hosts
    functionsPrincipalId: functionsPrincipalId
    workerPrincipalId: workerPrincipalId
    anchorRetentionDays: anchorRetentionDays
    anchorPolicy: anchorPolicy
    recoveryDays: recoveryDays
    private: privateEndpoints
    encryptionIdentityId: encryption.id
    vaultUri: vault.outputs.uri
    encryptionKeyName: vault.outputs.encryptionKeyName
    workspaceId: monitoring.outputs.workspaceId
  }
}

module bus 'servicebus.bicep' = {
  name: 'servicebus'
  params: {
    name: names.serviceBus
    location: location
    tags: tags
    tier: premium ? 'Premium' : 'Standard'
    capacity: serviceBusCapacity
    hosts: hosts
    workerPrincipalId: workerPrincipalId
    private: privateEndpoints
    encryptionIdentityId: encryption.id
    vaultUri: vault.outputs.uri
    encryptionKeyName: vault.outputs.encryptionKeyName
    workspaceId: monitoring.outputs.workspaceId
  }
}

module cosmos 'cosmos.bicep' = {
  name: 'cosmos'
  params: {
    name: names.cosmos
    location: location
    tags: tags
    capacity: cosmosCapacity
    maxThroughput: cosmosMaxThroughput
    zoneRedundant: zoneRedundant
    backup: cosmosBackup
    hosts: hosts
    private: privateEndpoints
    encryptionIdentityId: encryption.id
    encryptionKeyUri: vault.outputs.encryptionKeyUri
    workspaceId: monitoring.outputs.workspaceId
  }
}

// With a user-assigned identity it does not get past the firewall of the vault, and a system-assigned one it has only once it is
// made: in the private form Microsoft's key encrypts images. They are Fusion's own, and hold no code of yours.
module registry 'registry.bicep' = if (containers) {
  name: 'registry'
  params: {
    name: names.registry
    location: location
    tags: tags
    tier: premium ? 'Premium' : 'Basic'
    pullers: pullers
    private: privateEndpoints
    encryptionIdentityId: privateEndpoints ? '' : encryption.id
    encryptionClientId: encryption.clientId
    encryptionKeyUri: vault.outputs.encryptionKeyUri
    workspaceId: monitoring.outputs.workspaceId
  }
}

module models 'foundry.bicep' = if (foundry) {
  name: 'foundry'
  params: {
    name: names.foundry
    projectName: names.project
    location: foundryLocation
    tags: tags
    deployments: deployments
    hosts: hosts
    private: privateEndpoints
    encryptionIdentityId: encryption.id
    encryptionClientId: encryption.clientId
    vaultUri: vault.outputs.uri
    encryptionKeyName: vault.outputs.encryptionKeyName
    encryptionKeyVersion: vault.outputs.encryptionKeyVersion
    workspaceId: monitoring.outputs.workspaceId
  }
}

module endpoints 'endpoints.bicep' = if (privateEndpoints) {
  name: 'endpoints'
  params: {
    location: location
    tags: tags
    networkId: network!.outputs.id
    subnetId: network!.outputs.endpointsSubnetId
    endpoints: concat([
      {
        name: '${names.endpoint}-host-blob'
        target: storage.outputs.hostId
        group: 'blob'
        zones: [
          'blob'
        ]
      }
      {
        name: '${names.endpoint}-host-queue'
        target: storage.outputs.hostId
        group: 'queue'
        zones: [
          'queue'
        ]
      }
      {
        name: '${names.endpoint}-host-table'
        target: storage.outputs.hostId
        group: 'table'
        zones: [
          'table'
        ]
      }
      {
        name: '${names.endpoint}-contents'
        target: storage.outputs.contentsId
        group: 'blob'
        zones: [
          'blob'
        ]
      }
      {
        name: '${names.endpoint}-vault'
        target: vault.outputs.id
        group: 'vault'
        zones: [
          'vault'
        ]
      }
      {
        name: '${names.endpoint}-servicebus'
        target: bus.outputs.id
        group: 'namespace'
        zones: [
          'servicebus'
        ]
      }
      {
        name: '${names.endpoint}-cosmos'
        target: cosmos.outputs.id
        group: 'Sql'
        zones: [
          'cosmos'
        ]
      }
    ], containers ? [
      {
        name: '${names.endpoint}-registry'
        target: registry!.outputs.id
        group: 'registry'
        zones: [
          'registry'
        ]
      }
    ] : [], foundry ? [
      {
        name: '${names.endpoint}-foundry'
        target: models!.outputs.id
        group: 'account'
        zones: [
          'cognitive'
          'openai'
          'services'
        ]
      }
    ] : [])
  }
}

@description('Resource id of the Log Analytics workspace.')
output workspaceId string = monitoring.outputs.workspaceId
@description('Connection string of Application Insights. It names the resource and opens nothing: Entra ID is asked for.')
output insightsConnection string = monitoring.outputs.insightsConnection
@description('Subnet of the Function App; empty without a virtual network.')
output functionsSubnetId string = privateEndpoints ? network!.outputs.functionsSubnetId : ''
@description('Subnet of the Container Apps environment; empty without a virtual network.')
output containersSubnetId string = privateEndpoints ? network!.outputs.containersSubnetId : ''
@description('Address from which GitHub is called; empty without a virtual network.')
output outboundAddress string = privateEndpoints ? network!.outputs.outboundAddress : ''
@description('Name of the vault.')
output vaultName string = vault.outputs.name
@description('Address of the vault, with a slash at its end.')
output vaultUri string = vault.outputs.uri
@description('FUSION_EVIDENCE_KEY: the version of the key that signs evidence.')
output evidenceKeyUri string = vault.outputs.evidenceKeyUri
@description('Name of the Functions host\'s account.')
output hostStorageName string = storage.outputs.hostName
@description('Address of the container of the Function App\'s packages.')
output packagesUrl string = storage.outputs.packagesUrl
@description('FUSION_BLOBS: the blob address of the account of contents.')
output blobsUrl string = storage.outputs.blobsUrl
@description('FUSION_ANCHOR: where heads of the chains of evidence are kept.')
output anchor string = storage.outputs.anchor
@description('Name of the Service Bus namespace.')
output namespaceName string = bus.outputs.name
@description('Host name of the Service Bus namespace.')
output namespaceHostName string = bus.outputs.hostName
@description('FUSION_COSMOS: address of the Cosmos DB account.')
output cosmosEndpoint string = cosmos.outputs.endpoint
@description('Host name of the registry; empty without containers.')
output registryServer string = containers ? registry!.outputs.server : ''
@description('Address of the deployed models; empty without Foundry.')
output modelsEndpoint string = foundry ? models!.outputs.endpoint : ''
@description('Queues of deliveries and commands.')
output eventQueues array = bus.outputs.eventQueues
@description('Queues of the inference worker\'s jobs.')
output jobQueues array = bus.outputs.jobQueues
