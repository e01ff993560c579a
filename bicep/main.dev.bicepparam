// To try Fusion: nothing private, nothing always running, the cheapest tier of each service.
using 'main.bicep'

param environmentName = 'dev'
param location = 'swedencentral'
param owner = 'fusion-team'
param costCenter = 'development'
param dataClassification = 'General'

// Short, so that a trial can be taken away again.
param anchorRetentionDays = 1
param logDailyCapGb = 1

param githubApp = readEnvironmentVariable('FUSION_GITHUB_APP', '')
param modelsFile = readEnvironmentVariable('FUSION_MODELS', '')
