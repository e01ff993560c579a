// The Function App, on Flex Consumption: the webhook, the queue consumers, the timers and the orchestrations (docs/azure.md).
// It stays reachable from outside also in the private form: GitHub has to call it, and each delivery is signed.

@description('Name of the Function App, also the first part of its address.')
param name string
@description('Name of the plan.')
param planName string
@description('Region.')
param location string
@description('Tags of the resources.')
param tags object
@description('Resource id of the Function App\'s identity.')
param identityId string
@description('Client id of the Function App\'s identity.')
param clientId string
@description('Name of the host\'s storage account.')
param storageName string
@description('Address of the container of packages.')
param packagesUrl string
@description('Memory of an instance in MB.')
@allowed([
  512
  2048
  4096
])
param memory int
@description('Most instances at the same time.')
@minValue(40)
@maxValue(1000)
param maxInstances int
@description('Instances that are always running: name (http, durable, blob or function:NAME) and instanceCount.')
param alwaysReady array
@description('Whether instances lie in different zones.')
param zoneRedundant bool
@description('Subnet for what the app calls; empty without a virtual network.')
param subnetId string
@description('Address of the Key Vault, with a slash at its end.')
param vaultUri string
@description('FUSION_TENANT: first part of every key.')
param tenantName string
@description('FUSION_GITHUB_APP: id of the GitHub App; empty until its key and secret are in the vault.')
param githubApp string
@description('Whether the vault has the secret fusion-api-token.')
param apiTokens bool
@description('Host name of the Service Bus namespace.')
param namespaceHostName string
@description('Address of the Cosmos DB account.')
param cosmosEndpoint string
@description('Blob address of the account of contents.')
param blobsUrl string
@description('FUSION_ANCHOR.')
param anchor string
@description('FUSION_EVIDENCE_KEY: the version of the key that signs evidence.')
param evidenceKeyUri string
@description('FUSION_EVIDENCE_SERVICE: management endpoint of the pool of sessions; empty without one.')
param evidenceService string
@description('FUSION_MODELS: path of the models file in the package; empty to ask no model.')
param modelsFile string
@description('Connection string of Application Insights. It names the resource and opens nothing: Entra ID is asked for.')
param insightsConnection string
@description('Share of deliveries that are traced, from 0 to 1.')
param traceRatio string
@description('Further settings by name; nothing secret.')
param furtherSettings object
@description('Resource id of the Log Analytics workspace.')
param workspaceId string

// One place for the Function App's settings; docs/reference.md and docs/azure.md have the tables.
var settings = {
  AzureWebJobsStorage__accountName: storageName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: clientId
  AZURE_CLIENT_ID: clientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnection
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD;ClientId=${clientId}'
  OTEL_SERVICE_NAME: 'fusion'
  OTEL_TRACES_SAMPLER_ARG: traceRatio
  FUSION_TENANT: tenantName
  FUSION_SERVICEBUS__fullyQualifiedNamespace: namespaceHostName
  FUSION_SERVICEBUS__clientId: clientId
  FUSION_SERVICEBUS__credential: 'managedidentity'
  FUSION_COSMOS: cosmosEndpoint
  FUSION_BLOBS: blobsUrl
  FUSION_ANCHOR: anchor
  FUSION_EVIDENCE_KEY: evidenceKeyUri
}
// All three or none: with none the app reviews what it is asked to, with some it does not start.
var bot = empty(githubApp) ? {} : {
  FUSION_GITHUB_APP: githubApp
  FUSION_GITHUB_KEY: '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/fusion-key/)'
  FUSION_WEBHOOK_SECRET: '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/fusion-webhook/)'
}
var granting = apiTokens ? {
  FUSION_API_TOKEN: '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/fusion-api-token/)'
} : {}
var sessions = empty(evidenceService) ? {} : {
  FUSION_EVIDENCE_SERVICE: evidenceService
}
var models = empty(modelsFile) ? {} : {
  FUSION_MODELS: modelsFile
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    tier: 'FlexConsumption'
    name: 'FC1'
  }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  // azd finds by this tag where the service `app` of azure.yaml goes.
  tags: union(tags, {
    'azd-service-name': 'app'
  })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    publicNetworkAccess: 'Enabled'
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      // No ftpsState: Flex Consumption has no FTP and does not want the property.
      http20Enabled: true
    }
    functionAppConfig: {
      runtime: {
        name: 'python'
        version: '3.13'
      }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packagesUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: memory
        maximumInstanceCount: maxInstances
        alwaysReady: alwaysReady
      }
    }
  }
}

resource appSettings 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: app
  name: 'appsettings'
  properties: union(settings, bot, granting, sessions, models, furtherSettings)
}

// Publishing asks for Entra ID: no user name and no password.
resource noFtp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'ftp'
  properties: {
    allow: false
  }
}

resource noPasswords 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'fusion'
  scope: app
  properties: {
    workspaceId: workspaceId
    // What the app itself logs goes to Application Insights; here is what the platform counts.
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

@description('Name of the Function App.')
output name string = app.name
@description('Address of the Function App\'s routes; the webhook is /github below it.')
output url string = 'https://${app.properties.defaultHostName}/api'
