// One identity for each workload that there is, and one with which services reach the encryption key.

@description('First part of the names.')
param name string
@description('Region.')
param location string
@description('Tags of the resources.')
param tags object
@description('Switch: the Function App. Off where the scheduler host takes its place.')
param functionApp bool
@description('Switch: Durable Task Scheduler and the host that runs on it.')
param scheduler bool
@description('Switch: the inference worker on a GPU.')
param gpuWorker bool
@description('Switch: analyzers run in a pool of sessions without identity and without a way out.')
param sessions bool
@description('Switch: what services keep is encrypted with a key of yours in Key Vault. Service Bus and the registry become Premium.')
param customerManagedKeys bool

var none = {
  id: ''
  clientId: ''
  principalId: ''
}

module appIdentity 'identity.bicep' = if (functionApp) {
  name: 'identity-app'
  params: {
    name: '${name}-app'
    location: location
    tags: tags
  }
}

module schedulerIdentity 'identity.bicep' = if (scheduler) {
  name: 'identity-scheduler'
  params: {
    name: '${name}-scheduler'
    location: location
    tags: tags
  }
}

module workerIdentity 'identity.bicep' = if (gpuWorker) {
  name: 'identity-worker'
  params: {
    name: '${name}-worker'
    location: location
    tags: tags
  }
}

// Fetches the image of the analyzers, and has no other role.
module poolIdentity 'identity.bicep' = if (sessions) {
  name: 'identity-pool'
  params: {
    name: '${name}-pool'
    location: location
    tags: tags
  }
}

// With it services reach the encryption key, and nothing else.
module encryptionIdentity 'identity.bicep' = if (customerManagedKeys) {
  name: 'identity-encryption'
  params: {
    name: '${name}-encryption'
    location: location
    tags: tags
  }
}

@description('The Function App: id, clientId and principalId, all empty where there is none.')
output app object = functionApp ? {
  id: appIdentity!.outputs.id
  clientId: appIdentity!.outputs.clientId
  principalId: appIdentity!.outputs.principalId
} : none
@description('The scheduler host: id, clientId and principalId, all empty where there is none.')
output scheduler object = scheduler ? {
  id: schedulerIdentity!.outputs.id
  clientId: schedulerIdentity!.outputs.clientId
  principalId: schedulerIdentity!.outputs.principalId
} : none
@description('The inference worker: id, clientId and principalId, all empty where there is none.')
output worker object = gpuWorker ? {
  id: workerIdentity!.outputs.id
  clientId: workerIdentity!.outputs.clientId
  principalId: workerIdentity!.outputs.principalId
} : none
@description('The pool of sessions: id, clientId and principalId, all empty where there is none.')
output pool object = sessions ? {
  id: poolIdentity!.outputs.id
  clientId: poolIdentity!.outputs.clientId
  principalId: poolIdentity!.outputs.principalId
} : none
@description('What services reach the encryption key with: id, clientId and principalId, all empty where there is none.')
output encryption object = customerManagedKeys ? {
  id: encryptionIdentity!.outputs.id
  clientId: encryptionIdentity!.outputs.clientId
  principalId: encryptionIdentity!.outputs.principalId
} : none
@description('Object ids of the hosts\' identities.')
output hosts array = concat(
  functionApp ? [
    appIdentity!.outputs.principalId
  ] : [],
  scheduler ? [
    schedulerIdentity!.outputs.principalId
  ] : []
)
@description('Object ids of the identities with which Container Apps fetches images.')
output pullers array = concat(
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
