// Fusion in a subscription: a resource group and what lies in it. bicep/README.md has the map; docs/deploy.md says how to deploy.
targetScope = 'subscription'

@description('Name of the environment, for example dev or prod: letters, digits and hyphens, part of every name.')
@minLength(2)
@maxLength(10)
param environmentName string
@description('Region of everything that lies in one.')
param location string
@description('Regions in which resources may lie; a policy refuses others. Empty: the region above alone.')
param allowedLocations array = []
@description('Short name of the workload: letters, digits and hyphens, a letter first; part of every name.')
@minLength(2)
@maxLength(12)
param workload string = 'fusion'
@description('Who answers for it, for the tags: a team or an address.')
param owner string
@description('Cost centre, for the tags.')
param costCenter string
@description('How confidential what is kept is, for the tags. Contents are source code.')
@allowed([
  'General'
  'Confidential'
  'Highly confidential'
])
param dataClassification string = 'Confidential'
@description('Further tags.')
param furtherTags object = {}

@description('Switch: services are reached through private endpoints alone. Service Bus and the registry become Premium.')
param privateEndpoints bool = false
@description('Switch: what services keep is encrypted with a key of yours in Key Vault. Service Bus and the registry become Premium.')
param customerManagedKeys bool = false
@description('Switch: the Function App. Off where the scheduler host takes its place.')
param functionApp bool = true
@description('Switch: Durable Task Scheduler and the host that runs on it.')
param scheduler bool = false
@description('Switch: the inference worker on a GPU.')
param gpuWorker bool = false
@description('Switch: analyzers run in a pool of sessions without identity and without a way out.')
param sessions bool = false
@description('Switch: an AI Foundry account with the deployments below.')
param foundry bool = false

@description('FUSION_TENANT: first part of every key of a record.')
param tenantName string = workload
@description('Id of the GitHub App. Empty until its key and secret are in the vault: until then there is a reviewer without a webhook.')
param githubApp string = ''
@description('Whether the vault has the secret fusion-api-token: who may grant exceptions over HTTP (docs/scans.md).')
param apiTokens bool = false
@description('Path of the models file in the package and the image, for example /home/site/wwwroot/models.toml; empty to ask no model.')
param modelsFile string = ''
@description('Share of deliveries that are traced, from 0 to 1.')
param traceRatio string = '1.0'
@description('Further settings of the hosts by name (docs/reference.md). Nothing secret: whoever may read the resources reads them.')
param furtherSettings object = {}

@description('Redundancy of storage accounts, for example Standard_LRS or Standard_ZRS.')
param storageSku string = 'Standard_LRS'
@description('Whether instances and replicas lie in different zones, where the service has them.')
param zoneRedundant bool = false
@description('Days for which an anchor of the evidence can be neither changed nor deleted.')
param anchorRetentionDays int = 365
@description('locked once somebody has locked the policy of the anchors: it takes no deployment any more.')
@allowed([
  'open'
  'locked'
])
param anchorPolicy string = 'open'
@description('recover for one deployment, after the group was deleted: the vault of that name waits 90 days, and cannot be made anew.')
@allowed([
  'default'
  'recover'
])
param vaultCreateMode string = 'default'
@description('Days for which deleted contents can be had back.')
param recoveryDays int = 14
@description('How capacity of Cosmos DB is paid for.')
@allowed([
  'serverless'
  'autoscale'
])
param cosmosCapacity string = 'serverless'
@description('Highest throughput with autoscale, in request units a second.')
param cosmosMaxThroughput int = 1000
@description('How far back records can be restored to any second.')
@allowed([
  'Continuous7Days'
  'Continuous30Days'
])
param cosmosBackup string = 'Continuous7Days'
@description('Messaging units of Service Bus, where it is Premium.')
param serviceBusCapacity int = 1
@description('Days for which logs, traces and metrics are kept.')
param logRetentionDays int = 30
@description('Most gigabytes of logs a day; -1 for no limit.')
param logDailyCapGb int = -1
@description('Addresses that alerts are mailed to.')
param alertEmails array = []
@description('Address space of the virtual network, a /22 or larger.')
param addressPrefix string = '10.60.0.0/22'

@description('Memory of an instance of the Function App in MB.')
param functionMemory int = 2048
@description('Most instances of the Function App.')
param functionMaxInstances int = 40
@description('Instances of the Function App that are always running: name and instanceCount.')
param functionAlwaysReady array = []

@description('Image of the scheduler host; empty until it is in the registry.')
param schedulerImage string = ''
@description('Tier of Durable Task Scheduler.')
@allowed([
  'Consumption'
  'Dedicated'
])
param schedulerTier string = 'Consumption'
@description('Addresses that may reach Durable Task Scheduler, beside Entra ID. It has no private endpoint here.')
param schedulerAllowedAddresses array = [
  '0.0.0.0/0'
]
@description('Fewest replicas of the scheduler host.')
param schedulerMinReplicas int = 1
@description('Most replicas of the scheduler host.')
param schedulerMaxReplicas int = 4

@description('Image of the analyzers; empty until it is in the registry.')
param evidenceImage string = ''
@description('Sessions at the same time, at most.')
param maxSessions int = 20
@description('Sessions that are kept started.')
param readySessions int = 1

@description('Image of the inference worker; empty until it is in the registry.')
param workerImage string = ''
@description('GPU profile of the worker: type, cores and memory of a replica.')
param gpuProfile object = {
  type: 'Consumption-GPU-NC8as-T4'
  cores: 8
  memory: '56Gi'
}
@description('The name by which jobs ask for the worker\'s model.')
param workerModel string = 'qwen2.5-coder-7b-instruct'
@description('Generations at the same time in a replica of the worker.')
param workerCapacity int = 16
@description('Fewest replicas of the worker.')
param workerMinReplicas int = 0
@description('Most replicas of the worker.')
param workerMaxReplicas int = 1
@description('Price of an hour of the GPU, for `fusion gpu report`.')
param workerGpuHour string = '0'
@description('Currency of that price.')
param workerCurrency string = 'USD'
@description('NFS share of the weights, server and share, in the virtual network; both empty where the image holds the weights.')
param workerWeights object = {
  server: ''
  share: ''
}

@description('Region of Foundry, where the models are not to be had in the other; it has to be an allowed one.')
param foundryLocation string = location
@description('Models to deploy in Foundry: name, format, model, version, sku and capacity.')
param deployments array = []

var abbreviations = loadJsonContent('abbreviations.json')
var suffix = uniqueString(subscription().id, environmentName, location)
var short = take(toLower(replace(workload, '-', '')), 5)
// Cosmos DB and storage take small letters alone.
var base = toLower('${workload}-${environmentName}')
// Globally unique names carry the suffix; the others say workload and environment alone.
var names = {
  resourceGroup: '${abbreviations.resourceGroup}-${base}'
  functionApp: '${abbreviations.functionApp}-${base}-${suffix}'
  plan: '${abbreviations.plan}-${base}'
  hostStorage: '${abbreviations.storageAccount}${short}h${suffix}'
  contentsStorage: '${abbreviations.storageAccount}${short}c${suffix}'
  serviceBus: '${abbreviations.serviceBusNamespace}-${base}-${suffix}'
  cosmos: '${abbreviations.cosmosAccount}-${base}-${suffix}'
  vault: '${abbreviations.keyVault}-${short}-${suffix}'
  foundry: '${abbreviations.foundryAccount}-${base}-${suffix}'
  project: '${abbreviations.foundryProject}-${base}'
  environment: '${abbreviations.containerAppsEnvironment}-${base}'
  worker: '${abbreviations.containerApp}-${short}-worker'
  schedulerApp: '${abbreviations.containerApp}-${short}-scheduler'
  pool: '${abbreviations.sessionPool}${short}${suffix}'
  registry: '${abbreviations.containerRegistry}${short}${suffix}'
  scheduler: '${abbreviations.durableTaskScheduler}-${base}-${suffix}'
  workspace: '${abbreviations.logAnalytics}-${base}'
  insights: '${abbreviations.applicationInsights}-${base}'
  actionGroup: '${abbreviations.actionGroup}-${base}'
  identity: '${abbreviations.managedIdentity}-${base}'
  network: '${abbreviations.virtualNetwork}-${base}'
  nat: '${abbreviations.natGateway}-${base}'
  publicIp: '${abbreviations.publicIp}-${base}'
  endpoint: '${abbreviations.privateEndpoint}-${base}'
}
var tags = union({
  workload: workload
  env: environmentName
  owner: owner
  costCenter: costCenter
  dataClassification: dataClassification
  'azd-env-name': environmentName
}, furtherTags)
var residency = empty(allowedLocations) ? [
  location
] : allowedLocations
var containers = scheduler || gpuWorker || sessions
var premium = privateEndpoints || customerManagedKeys

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: names.resourceGroup
  location: location
  tags: tags
}

// First, so that nothing after it lies elsewhere.
module policy 'modules/policy.bicep' = {
  name: 'policy'
  scope: group
  params: {
    name: 'fusion-data-residency'
    allowedLocations: residency
  }
}

module appIdentity 'modules/identity.bicep' = if (functionApp) {
  name: 'identity-app'
  scope: group
  params: {
    name: '${names.identity}-app'
    location: location
    tags: tags
  }
  dependsOn: [
    policy
  ]
}

module schedulerIdentity 'modules/identity.bicep' = if (scheduler) {
  name: 'identity-scheduler'
  scope: group
  params: {
    name: '${names.identity}-scheduler'
    location: location
    tags: tags
  }
  dependsOn: [
    policy
  ]
}

module workerIdentity 'modules/identity.bicep' = if (gpuWorker) {
  name: 'identity-worker'
  scope: group
  params: {
    name: '${names.identity}-worker'
    location: location
    tags: tags
  }
  dependsOn: [
    policy
  ]
}

// Fetches the image of the analyzers, and has no other role.
module poolIdentity 'modules/identity.bicep' = if (sessions) {
  name: 'identity-pool'
  scope: group
  params: {
    name: '${names.identity}-pool'
    location: location
    tags: tags
  }
  dependsOn: [
    policy
  ]
}

// With it services reach the encryption key, and nothing else.
module encryptionIdentity 'modules/identity.bicep' = if (customerManagedKeys) {
  name: 'identity-encryption'
  scope: group
  params: {
    name: '${names.identity}-encryption'
    location: location
    tags: tags
  }
  dependsOn: [
    policy
  ]
}

var hosts = concat(
  functionApp ? [
    appIdentity!.outputs.principalId
  ] : [],
  scheduler ? [
    schedulerIdentity!.outputs.principalId
  ] : []
)
var pullers = concat(
  scheduler ? [
    schedulerIdentity!.outputs.principalId
  ] : [],
  gpuWorker ? [
    workerIdentity!.outputs.principalId
  ] : [],
  sessions ? [
    poolIdentity!.outputs.principalId
  ] : []
)
var encryptionIdentityId = customerManagedKeys ? encryptionIdentity!.outputs.id : ''
var encryptionClientId = customerManagedKeys ? encryptionIdentity!.outputs.clientId : ''
var workerPrincipalId = gpuWorker ? workerIdentity!.outputs.principalId : ''

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    workspaceName: names.workspace
    insightsName: names.insights
    location: location
    tags: tags
    retentionDays: logRetentionDays
    dailyCapGb: logDailyCapGb
  }
  dependsOn: [
    policy
  ]
}

module telemetry 'modules/telemetry.bicep' = {
  name: 'telemetry'
  scope: group
  params: {
    insightsName: monitoring.outputs.insightsName
    hosts: hosts
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    actionGroupName: names.actionGroup
    location: location
    tags: tags
    emails: alertEmails
    workspaceId: monitoring.outputs.workspaceId
    namespaceId: bus.outputs.id
  }
}

module network 'modules/network.bicep' = if (privateEndpoints) {
  name: 'network'
  scope: group
  params: {
    name: names.network
    natName: names.nat
    publicIpName: names.publicIp
    location: location
    tags: tags
    addressPrefix: addressPrefix
  }
  dependsOn: [
    policy
  ]
}

module vault 'modules/keyvault.bicep' = {
  name: 'keyvault'
  scope: group
  params: {
    name: names.vault
    location: location
    tags: tags
    hosts: hosts
    createMode: vaultCreateMode
    encryptionPrincipalId: customerManagedKeys ? encryptionIdentity!.outputs.principalId : ''
    private: privateEndpoints
    workspaceId: monitoring.outputs.workspaceId
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    hostName: names.hostStorage
    contentsName: names.contentsStorage
    location: location
    tags: tags
    sku: storageSku
    hosts: hosts
    functionsPrincipalId: functionApp ? appIdentity!.outputs.principalId : ''
    workerPrincipalId: workerPrincipalId
    anchorRetentionDays: anchorRetentionDays
    anchorPolicy: anchorPolicy
    recoveryDays: recoveryDays
    private: privateEndpoints
    encryptionIdentityId: encryptionIdentityId
    vaultUri: vault.outputs.uri
    encryptionKeyName: vault.outputs.encryptionKeyName
    workspaceId: monitoring.outputs.workspaceId
  }
}

module bus 'modules/servicebus.bicep' = {
  name: 'servicebus'
  scope: group
  params: {
    name: names.serviceBus
    location: location
    tags: tags
    tier: premium ? 'Premium' : 'Standard'
    capacity: serviceBusCapacity
    hosts: hosts
    workerPrincipalId: workerPrincipalId
    private: privateEndpoints
    encryptionIdentityId: encryptionIdentityId
    vaultUri: vault.outputs.uri
    encryptionKeyName: vault.outputs.encryptionKeyName
    workspaceId: monitoring.outputs.workspaceId
  }
}

module cosmos 'modules/cosmos.bicep' = {
  name: 'cosmos'
  scope: group
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
    encryptionIdentityId: encryptionIdentityId
    encryptionKeyUri: vault.outputs.encryptionKeyUri
    workspaceId: monitoring.outputs.workspaceId
  }
}

module registry 'modules/registry.bicep' = if (containers) {
  name: 'registry'
  scope: group
  params: {
    name: names.registry
    location: location
    tags: tags
    tier: premium ? 'Premium' : 'Basic'
    pullers: pullers
    private: privateEndpoints
    encryptionIdentityId: encryptionIdentityId
    encryptionClientId: encryptionClientId
    encryptionKeyUri: vault.outputs.encryptionKeyUri
    workspaceId: monitoring.outputs.workspaceId
  }
}

module models 'modules/foundry.bicep' = if (foundry) {
  name: 'foundry'
  scope: group
  params: {
    name: names.foundry
    projectName: names.project
    location: foundryLocation
    tags: tags
    deployments: deployments
    hosts: hosts
    private: privateEndpoints
    encryptionIdentityId: encryptionIdentityId
    encryptionClientId: encryptionClientId
    vaultUri: vault.outputs.uri
    encryptionKeyName: vault.outputs.encryptionKeyName
    encryptionKeyVersion: vault.outputs.encryptionKeyVersion
    workspaceId: monitoring.outputs.workspaceId
  }
}

module environment 'modules/environment.bicep' = if (containers) {
  name: 'environment'
  scope: group
  params: {
    name: names.environment
    location: location
    tags: tags
    gpuProfile: gpuWorker ? gpuProfile.type : ''
    zoneRedundant: zoneRedundant
    subnetId: privateEndpoints ? network!.outputs.containersSubnetId : ''
    workspaceId: monitoring.outputs.workspaceId
  }
}

// The pool is made once there is an image to start.
var examined = sessions && !empty(evidenceImage)

module pool 'modules/sessions.bicep' = if (examined) {
  name: 'sessions'
  scope: group
  params: {
    name: names.pool
    location: location
    tags: tags
    environmentId: environment!.outputs.id
    image: evidenceImage
    registryServer: registry!.outputs.server
    pullIdentityId: poolIdentity!.outputs.id
    maxSessions: maxSessions
    readySessions: readySessions
    hosts: hosts
  }
}

var evidenceService = examined ? pool!.outputs.endpoint : ''

module functions 'modules/functions.bicep' = if (functionApp) {
  name: 'functions'
  scope: group
  params: {
    name: names.functionApp
    planName: names.plan
    location: location
    tags: tags
    identityId: appIdentity!.outputs.id
    clientId: appIdentity!.outputs.clientId
    storageName: storage.outputs.hostName
    packagesUrl: storage.outputs.packagesUrl
    memory: functionMemory
    maxInstances: functionMaxInstances
    alwaysReady: functionAlwaysReady
    zoneRedundant: zoneRedundant
    subnetId: privateEndpoints ? network!.outputs.functionsSubnetId : ''
    vaultUri: vault.outputs.uri
    tenantName: tenantName
    githubApp: githubApp
    apiTokens: apiTokens
    namespaceHostName: bus.outputs.hostName
    cosmosEndpoint: cosmos.outputs.endpoint
    blobsUrl: storage.outputs.blobsUrl
    anchor: storage.outputs.anchor
    evidenceKeyUri: vault.outputs.evidenceKeyUri
    evidenceService: evidenceService
    modelsFile: modelsFile
    insightsConnection: monitoring.outputs.insightsConnection
    traceRatio: traceRatio
    furtherSettings: furtherSettings
    workspaceId: monitoring.outputs.workspaceId
  }
  dependsOn: [
    endpoints
  ]
}

module durable 'modules/scheduler.bicep' = if (scheduler) {
  name: 'scheduler'
  scope: group
  params: {
    name: names.scheduler
    appName: names.schedulerApp
    location: location
    tags: tags
    tier: schedulerTier
    allowedAddresses: schedulerAllowedAddresses
    environmentId: environment!.outputs.id
    image: schedulerImage
    registryServer: registry!.outputs.server
    identityId: schedulerIdentity!.outputs.id
    clientId: schedulerIdentity!.outputs.clientId
    principalId: schedulerIdentity!.outputs.principalId
    minReplicas: schedulerMinReplicas
    maxReplicas: schedulerMaxReplicas
    vaultUri: vault.outputs.uri
    tenantName: tenantName
    githubApp: githubApp
    apiTokens: apiTokens
    namespaceHostName: bus.outputs.hostName
    namespaceName: bus.outputs.name
    eventQueues: bus.outputs.eventQueues
    cosmosEndpoint: cosmos.outputs.endpoint
    blobsUrl: storage.outputs.blobsUrl
    anchor: storage.outputs.anchor
    evidenceKeyUri: vault.outputs.evidenceKeyUri
    evidenceService: evidenceService
    modelsFile: modelsFile
    insightsConnection: monitoring.outputs.insightsConnection
    traceRatio: traceRatio
    furtherSettings: furtherSettings
  }
  dependsOn: [
    endpoints
  ]
}

var mounted = gpuWorker && privateEndpoints && !empty(workerWeights.server)

module weights 'modules/weights.bicep' = if (mounted) {
  name: 'weights'
  scope: group
  params: {
    environmentName: environment!.outputs.name
    server: workerWeights.server
    share: workerWeights.share
  }
}

module worker 'modules/worker.bicep' = if (gpuWorker && !empty(workerImage)) {
  name: 'worker'
  scope: group
  params: {
    name: names.worker
    location: location
    tags: tags
    environmentId: environment!.outputs.id
    image: workerImage
    registryServer: registry!.outputs.server
    identityId: workerIdentity!.outputs.id
    clientId: workerIdentity!.outputs.clientId
    cores: gpuProfile.cores
    memory: gpuProfile.memory
    model: workerModel
    capacity: workerCapacity
    minReplicas: workerMinReplicas
    maxReplicas: workerMaxReplicas
    gpuHour: workerGpuHour
    currency: workerCurrency
    namespaceHostName: bus.outputs.hostName
    namespaceName: bus.outputs.name
    jobQueues: bus.outputs.jobQueues
    blobsUrl: storage.outputs.blobsUrl
    weightsStorage: mounted ? weights!.outputs.name : ''
  }
  dependsOn: [
    endpoints
  ]
}

module endpoints 'modules/endpoints.bicep' = if (privateEndpoints) {
  name: 'endpoints'
  scope: group
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

@description('The resource group.')
output AZURE_RESOURCE_GROUP string = group.name
@description('Name of the Function App; empty without one.')
output FUSION_FUNCTION_APP string = functionApp ? functions!.outputs.name : ''
@description('Address below which the webhook is /github.')
output FUSION_URL string = functionApp ? functions!.outputs.url : (scheduler ? durable!.outputs.url : '')
@description('The vault that the GitHub App\'s key and the webhook\'s secret are put into.')
output FUSION_KEY_VAULT string = vault.outputs.name
@description('The registry that images are pushed to; empty without containers.')
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = containers ? registry!.outputs.server : ''
@description('Address of the deployed models, for the models file; empty without Foundry.')
output FUSION_FOUNDRY_ENDPOINT string = foundry ? models!.outputs.endpoint : ''
@description('Address of Durable Task Scheduler; empty without it.')
output FUSION_SCHEDULER string = scheduler ? durable!.outputs.endpoint : ''
@description('Host name of the Service Bus namespace.')
output FUSION_SERVICEBUS string = bus.outputs.hostName
@description('Address of the Cosmos DB account.')
output FUSION_COSMOS string = cosmos.outputs.endpoint
@description('Blob address of the account of contents.')
output FUSION_BLOBS string = storage.outputs.blobsUrl
@description('Address from which GitHub is called in the private form; empty otherwise.')
output FUSION_OUTBOUND_ADDRESS string = privateEndpoints ? network!.outputs.outboundAddress : ''
