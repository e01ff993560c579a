// Where analyzers read what strangers wrote: a pool of sessions, each a virtual machine of its own, without an identity inside
// and without a way out. What runs there is the image of Dockerfile.evidence: the analyzers and the runner, nothing else.

@description('Name of the pool, lower-case letters and digits.')
param name string
@description('Region.')
param location string
@description('Tags of the resource.')
param tags object
@description('Resource id of the Container Apps environment.')
param environmentId string
@description('The image of the analyzers.')
param image string
@description('Host name of the registry of the image.')
param registryServer string
@description('Resource id of the identity that fetches the image. Sessions themselves cannot use it.')
param pullIdentityId string
@description('Sessions at the same time, at most; more than are kept started.')
@minValue(2)
param maxSessions int
@description('Sessions that are kept started, so that nobody waits for a cold start; they cost while they wait. Azure refuses 0.')
@minValue(1)
param readySessions int
@description('Object ids of the hosts\' identities.')
param hosts array

var roles = loadJsonContent('../roles.json')

resource pool 'Microsoft.App/sessionPools@2025-07-01' = {
  name: name
  location: location
  tags: tags
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${pullIdentityId}': {}
    }
  }
  properties: {
    environmentId: environmentId
    containerType: 'CustomContainer'
    poolManagementType: 'Dynamic'
    // The identity fetches the image and exists in no session.
    managedIdentitySettings: [
      {
        identity: pullIdentityId
        lifecycle: 'None'
      }
    ]
    sessionNetworkConfiguration: {
      status: 'EgressDisabled'
    }
    dynamicPoolConfiguration: {
      lifecycleConfiguration: {
        lifecycleType: 'Timed'
        cooldownPeriodInSeconds: 300
      }
    }
    scaleConfiguration: {
      maxConcurrentSessions: maxSessions
      readySessionInstances: readySessions
    }
    customContainerTemplate: {
      registryCredentials: {
        server: registryServer
        identity: pullIdentityId
      }
      containers: [
        {
          name: 'evidence'
          image: image
          // The pool stands before the service and asks Entra ID who calls, so that it needs no token of its own.
          args: [
            '--host'
            '0.0.0.0'
            '--port'
            '8080'
            '--in-sandbox-pool'
          ]
          resources: {
            cpu: json('2.0')
            memory: '4Gi'
          }
        }
      ]
      ingress: {
        targetPort: 8080
      }
    }
  }
}

// A host asks sessions to examine files. It may neither change the pool nor its image.
resource hostExamines 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for principalId in hosts: {
  name: guid(pool.id, principalId, roles.sessionExecutor.id)
  scope: pool
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.sessionExecutor.id)
  }
}]

@description('Resource id of the pool.')
output id string = pool.id
@description('FUSION_EVIDENCE_SERVICE: the pool\'s management endpoint.')
output endpoint string = pool.properties.poolManagementEndpoint
