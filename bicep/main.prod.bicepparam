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
// Models retire: docs/deploy.md says how to see which the region still deploys, and the quota (capacity: thousands of tokens a minute).
param deployments = [
  {
    name: 'gpt-5-4'
    format: 'OpenAI'
    model: 'gpt-5.4'
    version: '2026-03-05'
    sku: 'DataZoneStandard'
    capacity: 100
  }
  {
    name: 'gpt-5-4-mini'
    format: 'OpenAI'
    model: 'gpt-5.4-mini'
    version: '2026-03-17'
    sku: 'DataZoneStandard'
    capacity: 100
  }
]
