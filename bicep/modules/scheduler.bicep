// Durable Task Scheduler with its task hub, and the host that runs on it: `fusion host scheduler` as a container app
// (docs/hosts.md). It takes webhooks, so it has an ingress; each delivery is signed.

@description('Name of the scheduler.')
param name string
@description('Name of the container app.')
param appName string
@description('Region.')
param location string
@description('Tags of the resources.')
param tags object
@description('Tier of the scheduler: paid by action, or by capacity unit.')
@allowed([
  'Consumption'
  'Dedicated'
])
param tier string
@description('Addresses that may reach the scheduler, beside Entra ID; an empty list lets nobody in.')
param allowedAddresses array
@description('Resource id of the Container Apps environment.')
param environmentId string
@description('The image of Fusion; empty to make the scheduler alone, until the image is in the registry.')
param image string
@description('Host name of the registry of the image.')
param registryServer string
@description('Resource id of the host\'s identity.')
param identityId string
@description('Client id of the host\'s identity.')
param clientId string
@description('Object id of the host\'s identity.')
param principalId string
@description('Fewest replicas. Without one nobody answers GitHub in time and no timer runs.')
@minValue(1)
param minReplicas int
@description('Most replicas.')
@minValue(1)
param maxReplicas int
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
@description('Name of the Service Bus namespace.')
param namespaceName string
@description('Queues of deliveries and commands.')
param eventQueues array
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
@description('FUSION_MODELS: path of the models file in the image; empty to ask no model.')
param modelsFile string
@description('Connection string of Application Insights. It names the resource and opens nothing: Entra ID is asked for.')
param insightsConnection string
@description('Share of deliveries that are traced, from 0 to 1.')
param traceRatio string
@description('Further settings by name; nothing secret.')
param furtherSettings object

var roles = loadJsonContent('../roles.json')
var taskHubName = 'fusion'

// One place for the scheduler host's settings; docs/reference.md has the table.
var settings = {
  AZURE_CLIENT_ID: clientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnection
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD;ClientId=${clientId}'
  OTEL_SERVICE_NAME: 'fusion'
  OTEL_TRACES_SAMPLER_ARG: traceRatio
  FUSION_TENANT: tenantName
  FUSION_SCHEDULER: scheduler.properties.endpoint
  FUSION_TASKHUB: taskHubName
  FUSION_SERVICEBUS: namespaceHostName
  FUSION_COSMOS: cosmosEndpoint
  FUSION_BLOBS: blobsUrl
  FUSION_ANCHOR: anchor
  FUSION_EVIDENCE_KEY: evidenceKeyUri
  FUSION_GITHUB_APP: githubApp
}
// Settings that are secrets in the vault.
var secrets = union({
  FUSION_GITHUB_KEY: 'fusion-key'
  FUSION_WEBHOOK_SECRET: 'fusion-webhook'
}, apiTokens ? {
  FUSION_API_TOKEN: 'fusion-api-token'
} : {})
var sessions = empty(evidenceService) ? {} : {
  FUSION_EVIDENCE_SERVICE: evidenceService
}
var models = empty(modelsFile) ? {} : {
  FUSION_MODELS: modelsFile
}
// The app is made once there is an image to start and a GitHub App to speak for.
var ready = !empty(image) && !empty(githubApp)

resource scheduler 'Microsoft.DurableTask/schedulers@2025-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    sku: tier == 'Dedicated' ? {
      name: 'Dedicated'
      capacity: 1
    } : {
      name: 'Consumption'
    }
    ipAllowlist: allowedAddresses
  }
}

resource taskHub 'Microsoft.DurableTask/schedulers/taskHubs@2025-11-01' = {
  parent: scheduler
  name: taskHubName
}

// The host starts and runs orchestrations: in this task hub, and it may not change the scheduler.
resource hostRuns 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(taskHub.id, principalId, roles.durableTaskDataContributor.id)
  scope: taskHub
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.durableTaskDataContributor.id)
  }
}

resource app 'Microsoft.App/containerApps@2025-07-01' = if (ready) {
  name: appName
  location: location
  tags: tags
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    environmentId: environmentId
    workloadProfileName: 'Consumption'
    configuration: {
      activeRevisionsMode: 'Single'
      ingress: {
        external: true
        targetPort: 8080
        transport: 'auto'
        allowInsecure: false
      }
      registries: [
        {
          server: registryServer
          identity: identityId
        }
      ]
      // Read from Key Vault by the platform, with the host's identity.
      secrets: map(items(secrets), item => {
        name: item.value
        keyVaultUrl: '${vaultUri}secrets/${item.value}'
        identity: identityId
      })
    }
    template: {
      terminationGracePeriodSeconds: 60
      containers: [
        {
          name: 'fusion'
          image: image
          command: [
            'fusion'
          ]
          args: [
            'host'
            'scheduler'
            '--host'
            '0.0.0.0'
            '--port'
            '8080'
            '--log'
            'json'
          ]
          resources: {
            cpu: json('1.0')
            memory: '2Gi'
          }
          env: concat(map(items(union(settings, sessions, models, furtherSettings)), item => {
            name: item.key
            value: item.value
          }), map(items(secrets), item => {
            name: item.key
            secretRef: item.value
          }))
          probes: [
            {
              type: 'Liveness'
              httpGet: {
                path: '/healthz'
                port: 8080
              }
              periodSeconds: 30
              timeoutSeconds: 5
            }
            {
              // Not /readyz: while the scheduler is away that answers 503, and deliveries are to be kept all the same.
              type: 'Readiness'
              httpGet: {
                path: '/healthz'
                port: 8080
              }
              periodSeconds: 10
              timeoutSeconds: 5
            }
          ]
        }
      ]
      scale: {
        minReplicas: minReplicas
        maxReplicas: maxReplicas
        pollingInterval: 30
        cooldownPeriod: 300
        rules: [for queue in eventQueues: {
          name: queue
          custom: {
            type: 'azure-servicebus'
            identity: identityId
            metadata: {
              queueName: queue
              namespace: namespaceName
              messageCount: '8'
              activationMessageCount: '0'
            }
          }
        }]
      }
    }
  }
}

@description('Resource id of the scheduler.')
output id string = scheduler.id
@description('FUSION_SCHEDULER: address of the scheduler.')
output endpoint string = scheduler.properties.endpoint
@description('Address of the host; the webhook is /github below it. Empty until the host is made.')
output url string = ready ? 'https://${app!.properties.configuration.ingress.fqdn}' : ''
