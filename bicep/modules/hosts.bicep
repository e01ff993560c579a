// What runs: the Function App or the scheduler host, the pool of sessions of analyzers, the inference worker, and the Container
// Apps environment of the last three. What they work with is in services.bicep.

@description('Names of resources by what they are.')
param names object
@description('Region.')
param location string
@description('Tags of the resources.')
param tags object
@description('Object ids of the hosts\' identities.')
param hosts array
@description('The Function App\'s identity: id, clientId and principalId.')
param appIdentity object
@description('The scheduler host\'s identity: id, clientId and principalId.')
param schedulerIdentity object
@description('The inference worker\'s identity: id, clientId and principalId.')
param workerIdentity object
@description('The identity of the pool of sessions: id, clientId and principalId.')
param poolIdentity object
@description('Resource id of the Log Analytics workspace.')
param workspaceId string
@description('Connection string of Application Insights. It names the resource and opens nothing: Entra ID is asked for.')
param insightsConnection string
@description('Subnet of the Function App; empty without a virtual network.')
param functionsSubnetId string
@description('Subnet of the Container Apps environment; empty without a virtual network.')
param containersSubnetId string
@description('Address of the vault, with a slash at its end.')
param vaultUri string
@description('FUSION_EVIDENCE_KEY: the version of the key that signs evidence.')
param evidenceKeyUri string
@description('Name of the Functions host\'s account.')
param hostStorageName string
@description('Address of the container of the Function App\'s packages.')
param packagesUrl string
@description('FUSION_BLOBS: the blob address of the account of contents.')
param blobsUrl string
@description('FUSION_ANCHOR: where heads of the chains of evidence are kept.')
param anchor string
@description('Name of the Service Bus namespace.')
param namespaceName string
@description('Host name of the Service Bus namespace.')
param namespaceHostName string
@description('FUSION_COSMOS: address of the Cosmos DB account.')
param cosmosEndpoint string
@description('Host name of the registry; empty without containers.')
param registryServer string
@description('Queues of deliveries and commands.')
param eventQueues array
@description('Queues of the inference worker\'s jobs.')
param jobQueues array
@description('Switch: the Function App. Off where the scheduler host takes its place.')
param functionApp bool
@description('Switch: Durable Task Scheduler and the host that runs on it.')
param scheduler bool
@description('Switch: the inference worker on a GPU.')
param gpuWorker bool
@description('Switch: analyzers run in a pool of sessions without identity and without a way out.')
param sessions bool
@description('FUSION_TENANT: first part of every key of a record.')
param tenantName string
@description('Id of the GitHub App. Empty until its key and secret are in the vault: until then there is a reviewer without a webhook.')
param githubApp string
@description('Whether the vault has the secret fusion-api-token: who may grant exceptions over HTTP (docs/scans.md).')
param apiTokens bool
@description('Path of the models file in the package and the image, for example /home/site/wwwroot/models.toml; empty to ask no model.')
param modelsFile string
@description('Share of deliveries that are traced, from 0 to 1.')
param traceRatio string
@description('Further settings of the hosts by name (docs/reference.md). Nothing secret: whoever may read the resources reads them.')
param furtherSettings object
@description('Whether instances and replicas lie in different zones, where the service has them.')
param zoneRedundant bool
@description('Memory of an instance of the Function App in MB.')
param functionMemory int
@description('Most instances of the Function App.')
param functionMaxInstances int
@description('Instances of the Function App that are always running: name and instanceCount.')
param functionAlwaysReady array
@description('Image of the scheduler host; empty until it is in the registry.')
param schedulerImage string
@description('Tier of Durable Task Scheduler.')
@allowed([
  'Consumption'
  'Dedicated'
])
param schedulerTier string
@description('Addresses that may reach Durable Task Scheduler, beside Entra ID. It has no private endpoint here.')
param schedulerAllowedAddresses array
@description('Fewest replicas of the scheduler host.')
param schedulerMinReplicas int
@description('Most replicas of the scheduler host.')
param schedulerMaxReplicas int
@description('Image of the analyzers; empty until it is in the registry.')
param evidenceImage string
@description('Sessions at the same time, at most.')
param maxSessions int
@description('Sessions that are kept started.')
param readySessions int
@description('Image of the inference worker; empty until it is in the registry.')
param workerImage string
@description('GPU profile of the worker: type, cores and memory of a replica.')
param gpuProfile object
@description('The name by which jobs ask for the worker\'s model.')
param workerModel string
@description('Generations at the same time in a replica of the worker.')
param workerCapacity int
@description('Fewest replicas of the worker.')
param workerMinReplicas int
@description('Most replicas of the worker.')
param workerMaxReplicas int
@description('Price of an hour of the GPU, for `fusion gpu report`.')
param workerGpuHour string
@description('Currency of that price.')
param workerCurrency string
@description('NFS share of the weights, server and share, in the virtual network; both empty where the image holds the weights.')
param workerWeights object

var containers = scheduler || gpuWorker || sessions
// The pool is made once there is an image to start.
var examined = sessions && !empty(evidenceImage)
var mounted = gpuWorker && !empty(containersSubnetId) && !empty(workerWeights.server)

module environment 'environment.bicep' = if (containers) {
  name: 'environment'
  params: {
    name: names.environment
    location: location
    tags: tags
    gpuProfile: gpuWorker ? gpuProfile.type : ''
    zoneRedundant: zoneRedundant
    subnetId: containersSubnetId
    workspaceId: workspaceId
  }
}

module pool 'sessions.bicep' = if (examined) {
  name: 'sessions'
  params: {
    name: names.pool
    location: location
    tags: tags
    environmentId: environment!.outputs.id
    image: evidenceImage
    registryServer: registryServer
    pullIdentityId: poolIdentity.id
    maxSessions: maxSessions
    readySessions: readySessions
    hosts: hosts
  }
}

var evidenceService = examined ? pool!.outputs.endpoint : ''

module functions 'functions.bicep' = if (functionApp) {
  name: 'functions'
  params: {
    name: names.functionApp
    planName: names.plan
    location: location
    tags: tags
    identityId: appIdentity.id
    clientId: appIdentity.clientId
    storageName: hostStorageName
    packagesUrl: packagesUrl
    memory: functionMemory
    maxInstances: functionMaxInstances
    alwaysReady: functionAlwaysReady
    zoneRedundant: zoneRedundant
    subnetId: functionsSubnetId
    vaultUri: vaultUri
    tenantName: tenantName
    githubApp: githubApp
    apiTokens: apiTokens
    namespaceHostName: namespaceHostName
    cosmosEndpoint: cosmosEndpoint
    blobsUrl: blobsUrl
    anchor: anchor
    evidenceKeyUri: evidenceKeyUri
    evidenceService: evidenceService
    modelsFile: modelsFile
    insightsConnection: insightsConnection
    traceRatio: traceRatio
    furtherSettings: furtherSettings
    workspaceId: workspaceId
  }
}

module durable 'scheduler.bicep' = if (scheduler) {
  name: 'scheduler'
  params: {
    name: names.scheduler
    appName: names.schedulerApp
    location: location
    tags: tags
    tier: schedulerTier
    allowedAddresses: schedulerAllowedAddresses
    environmentId: environment!.outputs.id
    image: schedulerImage
    registryServer: registryServer
    identityId: schedulerIdentity.id
    clientId: schedulerIdentity.clientId
    principalId: schedulerIdentity.principalId
    minReplicas: schedulerMinReplicas
    maxReplicas: schedulerMaxReplicas
    vaultUri: vaultUri
    tenantName: tenantName
    githubApp: githubApp
    apiTokens: apiTokens
    namespaceHostName: namespaceHostName
    namespaceName: namespaceName
    eventQueues: eventQueues
    cosmosEndpoint: cosmosEndpoint
    blobsUrl: blobsUrl
    anchor: anchor
    evidenceKeyUri: evidenceKeyUri
    evidenceService: evidenceService
    modelsFile: modelsFile
    insightsConnection: insightsConnection
    traceRatio: traceRatio
    furtherSettings: furtherSettings
  }
}

module weights 'weights.bicep' = if (mounted) {
  name: 'weights'
  params: {
    environmentName: environment!.outputs.name
    server: workerWeights.server
    share: workerWeights.share
  }
}

module worker 'worker.bicep' = if (gpuWorker && !empty(workerImage)) {
  name: 'worker'
  params: {
    name: names.worker
    location: location
    tags: tags
    environmentId: environment!.outputs.id
    image: workerImage
    registryServer: registryServer
    identityId: workerIdentity.id
    clientId: workerIdentity.clientId
    cores: gpuProfile.cores
    memory: gpuProfile.memory
    model: workerModel
    capacity: workerCapacity
    minReplicas: workerMinReplicas
    maxReplicas: workerMaxReplicas
    gpuHour: workerGpuHour
    currency: workerCurrency
    namespaceHostName: namespaceHostName
    namespaceName: namespaceName
    jobQueues: jobQueues
    blobsUrl: blobsUrl
    weightsStorage: mounted ? weights!.outputs.name : ''
  }
}

@description('Name of the Function App; empty without one.')
output functionsName string = functionApp ? functions!.outputs.name : ''
@description('Address below which the webhook is /github; empty without a host.')
output url string = functionApp ? functions!.outputs.url : (scheduler ? durable!.outputs.url : '')
@description('FUSION_SCHEDULER: address of Durable Task Scheduler; empty without it.')
output schedulerEndpoint string = scheduler ? durable!.outputs.endpoint : ''
