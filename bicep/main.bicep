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
@description('Sessions at the same time, at most; more than are kept started.')
@minValue(2)
param maxSessions int = 20
@description('Sessions that are kept started: at least 1, and less than at the same time. A pool of containers takes no 0.')
@minValue(1)
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

module identities 'modules/identities.bicep' = {
  name: 'identities'
  scope: group
  params: {
    name: names.identity
    location: location
    tags: tags
    functionApp: functionApp
    scheduler: scheduler
    gpuWorker: gpuWorker
    sessions: sessions
    customerManagedKeys: customerManagedKeys
  }
  dependsOn: [
    policy
  ]
}

module services 'modules/services.bicep' = {
  name: 'services'
  scope: group
  params: {
    names: names
    location: location
    tags: tags
    hosts: identities.outputs.hosts
    pullers: identities.outputs.pullers
    functionsPrincipalId: identities.outputs.app.principalId
    workerPrincipalId: identities.outputs.worker.principalId
    encryption: identities.outputs.encryption
    containers: scheduler || gpuWorker || sessions
    privateEndpoints: privateEndpoints
    customerManagedKeys: customerManagedKeys
    foundry: foundry
    storageSku: storageSku
    zoneRedundant: zoneRedundant
    anchorRetentionDays: anchorRetentionDays
    anchorPolicy: anchorPolicy
    recoveryDays: recoveryDays
    vaultCreateMode: vaultCreateMode
    cosmosCapacity: cosmosCapacity
    cosmosMaxThroughput: cosmosMaxThroughput
    cosmosBackup: cosmosBackup
    serviceBusCapacity: serviceBusCapacity
    logRetentionDays: logRetentionDays
    logDailyCapGb: logDailyCapGb
    alertEmails: alertEmails
    addressPrefix: addressPrefix
    foundryLocation: foundryLocation
    deployments: deployments
  }
}

module hosts 'modules/hosts.bicep' = {
  name: 'hosts'
  scope: group
  params: {
    names: names
    location: location
    tags: tags
    hosts: identities.outputs.hosts
    appIdentity: identities.outputs.app
    schedulerIdentity: identities.outputs.scheduler
    workerIdentity: identities.outputs.worker
    poolIdentity: identities.outputs.pool
    workspaceId: services.outputs.workspaceId
    insightsConnection: services.outputs.insightsConnection
    functionsSubnetId: services.outputs.functionsSubnetId
    containersSubnetId: services.outputs.containersSubnetId
    vaultUri: services.outputs.vaultUri
    evidenceKeyUri: services.outputs.evidenceKeyUri
    hostStorageName: services.outputs.hostStorageName
    packagesUrl: services.outputs.packagesUrl
    blobsUrl: services.outputs.blobsUrl
    anchor: services.outputs.anchor
    namespaceName: services.outputs.namespaceName
    namespaceHostName: services.outputs.namespaceHostName
    cosmosEndpoint: services.outputs.cosmosEndpoint
    registryServer: services.outputs.registryServer
    eventQueues: services.outputs.eventQueues
    jobQueues: services.outputs.jobQueues
    functionApp: functionApp
    scheduler: scheduler
    gpuWorker: gpuWorker
    sessions: sessions
    tenantName: tenantName
    githubApp: githubApp
    apiTokens: apiTokens
    modelsFile: modelsFile
    traceRatio: traceRatio
    furtherSettings: furtherSettings
    zoneRedundant: zoneRedundant
    functionMemory: functionMemory
    functionMaxInstances: functionMaxInstances
    functionAlwaysReady: functionAlwaysReady
    schedulerImage: schedulerImage
    schedulerTier: schedulerTier
    schedulerAllowedAddresses: schedulerAllowedAddresses
    schedulerMinReplicas: schedulerMinReplicas
    schedulerMaxReplicas: schedulerMaxReplicas
    evidenceImage: evidenceImage
    maxSessions: maxSessions
    readySessions: readySessions
    workerImage: workerImage
    gpuProfile: gpuProfile
    workerModel: workerModel
    workerCapacity: workerCapacity
    workerMinReplicas: workerMinReplicas
    workerMaxReplicas: workerMaxReplicas
    workerGpuHour: workerGpuHour
    workerCurrency: workerCurrency
    workerWeights: workerWeights
  }
}

@description('The resource group.')
output AZURE_RESOURCE_GROUP string = group.name
@description('Name of the Function App; empty without one.')
output FUSION_FUNCTION_APP string = hosts.outputs.functionsName
@description('Address below which the webhook is /github.')
output FUSION_URL string = hosts.outputs.url
@description('The vault that the GitHub App\'s key and the webhook\'s secret are put into.')
output FUSION_KEY_VAULT string = services.outputs.vaultName
@description('The registry that images are pushed to; empty without containers.')
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = services.outputs.registryServer
@description('Address of the deployed models, for the models file; empty without Foundry.')
output FUSION_FOUNDRY_ENDPOINT string = services.outputs.modelsEndpoint
@description('Address of Durable Task Scheduler; empty without it.')
output FUSION_SCHEDULER string = hosts.outputs.schedulerEndpoint
@description('Host name of the Service Bus namespace.')
output FUSION_SERVICEBUS string = services.outputs.namespaceHostName
@description('Address of the Cosmos DB account.')
output FUSION_COSMOS string = services.outputs.cosmosEndpoint
@description('Blob address of the account of contents.')
output FUSION_BLOBS string = services.outputs.blobsUrl
@description('Address from which GitHub is called in the private form; empty otherwise.')
output FUSION_OUTBOUND_ADDRESS string = services.outputs.outboundAddress
