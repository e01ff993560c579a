// The inference worker: a container app on a GPU, started by the first job in a queue and stopped when none is left.
// Nobody calls it: it has no ingress. What it does is in docs/worker.md.

@description('Name of the container app.')
param name string
@description('Region.')
param location string
@description('Tags of the resource.')
param tags object
@description('Resource id of the Container Apps environment.')
param environmentId string
@description('The worker\'s image.')
param image string
@description('Host name of the registry of the image.')
param registryServer string
@description('Resource id of the worker\'s identity.')
param identityId string
@description('Client id of the worker\'s identity.')
param clientId string
@description('Cores of a replica, as the GPU profile prescribes.')
param cores int
@description('Memory of a replica, as the GPU profile prescribes, for example 56Gi.')
param memory string
@description('The name by which jobs ask for the model: `model` of the endpoint in the models file.')
param model string
@description('Generations at the same time; `fusion gpu report` says what it should be.')
@minValue(1)
param capacity int
@description('Fewest replicas: 1 where nobody shall wait for a cold start.')
@minValue(0)
param minReplicas int
@description('Most replicas: what the quota of GPUs has.')
@minValue(1)
param maxReplicas int
@description('Price of an hour of the GPU, for the worker\'s own figures.')
param gpuHour string
@description('Currency of that price.')
param currency string
@description('Host name of the Service Bus namespace.')
param namespaceHostName string
@description('Name of the Service Bus namespace.')
param namespaceName string
@description('Queues of jobs.')
param jobQueues array
@description('Blob address of the account of contents.')
param blobsUrl string
@description('Name of the environment\'s storage that holds the weights; empty where the image holds them.')
param weightsStorage string

// One place for the worker's settings; docs/worker.md has the table. The grace is shorter than the platform's below.
var settings = {
  AZURE_CLIENT_ID: clientId
  FUSION_WORKER_ENGINE: 'vllm'
  FUSION_WORKER_MODEL: model
  FUSION_WORKER_WEIGHTS: '/weights'
  FUSION_WORKER_CAPACITY: string(capacity)
  FUSION_WORKER_GRACE_SECONDS: '110'
  FUSION_WORKER_HOST: '0.0.0.0'
  FUSION_WORKER_PORT: '9100'
  FUSION_WORKER_GPU_HOUR: gpuHour
  FUSION_WORKER_CURRENCY: currency
  FUSION_WORKER_SERVICEBUS: namespaceHostName
  FUSION_WORKER_BLOBS: blobsUrl
}

resource app 'Microsoft.App/containerApps@2025-07-01' = {
  name: name
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
    workloadProfileName: 'gpu'
    configuration: {
      activeRevisionsMode: 'Single'
      registries: [
        {
          server: registryServer
          identity: identityId
        }
      ]
    }
    template: {
      terminationGracePeriodSeconds: 120
      containers: [
        {
          name: 'worker'
          image: image
          resources: {
            cpu: cores
            memory: memory
          }
          env: map(items(settings), item => {
            name: item.key
            value: item.value
          })
          volumeMounts: empty(weightsStorage) ? [] : [
            {
              volumeName: 'weights'
              mountPath: '/weights'
            }
          ]
          probes: [
            {
              type: 'Liveness'
              httpGet: {
                path: '/healthz'
                port: 9100
              }
              periodSeconds: 30
              timeoutSeconds: 5
            }
            {
              type: 'Readiness'
              httpGet: {
                path: '/readyz'
                port: 9100
              }
              periodSeconds: 10
              timeoutSeconds: 5
            }
          ]
        }
      ]
      volumes: empty(weightsStorage) ? [] : [
        {
          name: 'weights'
          storageType: 'NfsAzureFile'
          storageName: weightsStorage
        }
      ]
      scale: {
        minReplicas: minReplicas
        maxReplicas: maxReplicas
        pollingInterval: 30
        // A cold start costs minutes: a replica is kept for a while.
        cooldownPeriod: 300
        // Rules are alternatives: the largest answer counts.
        rules: [for queue in jobQueues: {
          name: queue
          custom: {
            type: 'azure-servicebus'
            identity: identityId
            metadata: {
              queueName: queue
              namespace: namespaceName
              messageCount: string(capacity)
              activationMessageCount: '0'
            }
          }
        }]
      }
    }
  }
}

@description('Name of the container app.')
output name string = app.name
