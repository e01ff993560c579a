// What `azd up` deploys: the choices come from the azd environment (`azd env set NAME VALUE`).
using 'main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')
param allowedLocations = filter(split(readEnvironmentVariable('FUSION_ALLOWED_LOCATIONS', ''), ','), region => !empty(region))
param owner = readEnvironmentVariable('FUSION_OWNER', 'unnamed')
param costCenter = readEnvironmentVariable('FUSION_COST_CENTER', 'unnamed')

param privateEndpoints = bool(readEnvironmentVariable('FUSION_PRIVATE_ENDPOINTS', 'false'))
param customerManagedKeys = bool(readEnvironmentVariable('FUSION_CUSTOMER_MANAGED_KEYS', 'false'))
param functionApp = bool(readEnvironmentVariable('FUSION_HOST_FUNCTIONS', 'true'))
param scheduler = bool(readEnvironmentVariable('FUSION_HOST_SCHEDULER', 'false'))
param gpuWorker = bool(readEnvironmentVariable('FUSION_GPU_WORKER', 'false'))
param sessions = bool(readEnvironmentVariable('FUSION_SESSIONS', 'false'))
param foundry = bool(readEnvironmentVariable('FUSION_FOUNDRY', 'false'))

// After a policy was locked, and after a group was deleted: bicep/README.md says when.
param anchorPolicy = readEnvironmentVariable('FUSION_ANCHOR_POLICY', 'open')
param vaultCreateMode = readEnvironmentVariable('FUSION_VAULT_CREATE_MODE', 'default')
param githubApp = readEnvironmentVariable('FUSION_GITHUB_APP', '')
param modelsFile = readEnvironmentVariable('FUSION_MODELS', '')
param schedulerImage = readEnvironmentVariable('FUSION_SCHEDULER_IMAGE', '')
param evidenceImage = readEnvironmentVariable('FUSION_EVIDENCE_IMAGE', '')
param workerImage = readEnvironmentVariable('FUSION_WORKER_IMAGE', '')
