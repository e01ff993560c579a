// Cosmos DB: the records. One database, one container, a hierarchical partition key.

@description('Name of the account.')
param name string
@description('Region.')
param location string
@description('Tags of the resource.')
param tags object
@description('How capacity is paid for: by request, or by a maximum to which it scales.')
@allowed([
  'serverless'
  'autoscale'
])
param capacity string
@description('Highest throughput with autoscale, in request units a second.')
@minValue(1000)
param maxThroughput int
@description('Whether replicas lie in different zones.')
param zoneRedundant bool
@description('How far back records can be restored to any second.')
@allowed([
  'Continuous7Days'
  'Continuous30Days'
])
param backup string
@description('Object ids of the hosts\' identities.')
param hosts array
@description('Whether the account is reached through a private endpoint alone.')
param private bool
@description('Resource id of the identity that reaches the encryption key; empty without customer-managed keys.')
param encryptionIdentityId string
@description('Address of the encryption key, without a version; empty without customer-managed keys.')
param encryptionKeyUri string
@description('Resource id of the Log Analytics workspace.')
param workspaceId string

var roles = loadJsonContent('../roles.json')
// Customer-managed keys are part of the account's creation, and cannot be added by leaving them empty here first.
var encryption = empty(encryptionIdentityId) ? {} : {
  keyVaultKeyUri: encryptionKeyUri
  defaultIdentity: 'UserAssignedIdentity=${encryptionIdentityId}'
}

resource account 'Microsoft.DocumentDB/databaseAccounts@2025-04-15' = {
  name: name
  location: location
  tags: tags
  kind: 'GlobalDocumentDB'
  identity: empty(encryptionIdentityId) ? {
    type: 'None'
  } : {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${encryptionIdentityId}': {}
    }
  }
  properties: union({
    databaseAccountOfferType: 'Standard'
    locations: [
      {
        locationName: location
        failoverPriority: 0
        isZoneRedundant: zoneRedundant
      }
    ]
    consistencyPolicy: {
      defaultConsistencyLevel: 'Session'
    }
    capabilities: capacity == 'serverless' ? [
      {
        name: 'EnableServerless'
      }
    ] : []
    backupPolicy: {
      type: 'Continuous'
      continuousModeProperties: {
        tier: backup
      }
    }
    disableLocalAuth: true
    disableKeyBasedMetadataWriteAccess: true
    minimalTlsVersion: 'Tls12'
    publicNetworkAccess: private ? 'Disabled' : 'Enabled'
    networkAclBypass: 'None'
  }, encryption)
}

resource database 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2025-04-15' = {
  parent: account
  name: 'fusion'
  properties: {
    resource: {
      id: 'fusion'
    }
  }
}

resource records 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2025-04-15' = {
  parent: database
  name: 'records'
  properties: {
    options: capacity == 'serverless' ? {} : {
      autoscaleSettings: {
        maxThroughput: maxThroughput
      }
    }
    // No default time to live: `fusion purge` decides what goes.
    resource: {
      id: 'records'
      partitionKey: {
        kind: 'MultiHash'
        version: 2
        paths: [
          '/tenant'
          '/scope'
          '/id'
        ]
      }
      indexingPolicy: {
        indexingMode: 'consistent'
        automatic: true
        includedPaths: [
          {
            path: '/tenant/?'
          }
          {
            path: '/scope/?'
          }
          {
            path: '/kind/?'
          }
          {
            path: '/position/?'
          }
        ]
        excludedPaths: [
          {
            path: '/*'
          }
        ]
      }
    }
  }
}

// A host reads and writes records: a role of Cosmos DB itself, on this container alone. It can make no database and read no key.
resource hostWritesRecords 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2025-04-15' = [for principalId in hosts: {
  parent: account
  name: guid(records.id, principalId, roles.cosmosDataContributor.id)
  properties: {
    principalId: principalId
    roleDefinitionId: '${account.id}/sqlRoleDefinitions/${roles.cosmosDataContributor.id}'
    scope: '${account.id}/dbs/${database.name}/colls/${records.name}'
  }
}]

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'fusion'
  scope: account
  properties: {
    workspaceId: workspaceId
    // Who changed the account. Each request would cost more than the requests themselves.
    logs: [
      {
        category: 'ControlPlaneRequests'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'Requests'
        enabled: true
      }
    ]
  }
}

@description('Resource id of the account.')
output id string = account.id
@description('FUSION_COSMOS: the account\'s address.')
output endpoint string = account.properties.documentEndpoint
