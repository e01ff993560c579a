// For a company's code: private endpoints, keys of one's own, zones, analyzers away from identities, models in the data zone.
// The images and the GitHub App come with the second deployment (docs/deploy.md).
using 'main.bicep'

param environmentName = 'prod'
param location = 'swedencentral'
param allowedLocations = [
  'swedencentral'
  'germanywestcentral'
]
param owner = 'platform-team'
param costCenter = 'engineering'
param dataClassification = 'Highly confidential'

param privateEndpoints = true
param customerManagedKeys = true
param sessions = true
param foundry = true

param storageSku = 'Standard_ZRS'
param zoneRedundant = true
param anchorRetentionDays = 2555
// Once a person has locked the policy: param anchorPolicy = 'locked'
param recoveryDays = 30
param cosmosCapacity = 'autoscale'
param cosmosMaxThroughput = 4000
param cosmosBackup = 'Continuous30Days'
param logRetentionDays = 90
param functionAlwaysReady = [
  {
    name: 'http'
    instanceCount: 1
  }
]

param githubApp = readEnvironmentVariable('FUSION_GITHUB_APP', '')
param modelsFile = readEnvironmentVariable('FUSION_MODELS', '')
param evidenceImage = readEnvironmentVariable('FUSION_EVIDENCE_IMAGE', '')
param deployments = [
  {
    name: 'gpt-4-1'
    format: 'OpenAI'
    model: 'gpt-4.1'
    version: '2025-04-14'
    sku: 'DataZoneStandard'
    capacity: 100
  }
  {
    name: 'gpt-4-1-mini'
    format: 'OpenAI'
    model: 'gpt-4.1-mini'
    version: '2025-04-14'
    sku: 'DataZoneStandard'
    capacity: 100
  }
]
