// Azure AI Foundry: the account, a project in it, and the models that are deployed. The models file (docs/models.md) names them.

@description('Name of the account, also the first part of its address.')
param name string
@description('Name of the project.')
param projectName string
@description('Region.')
param location string
@description('Tags of the resources.')
param tags object
@description('Deployments: name, format, model, version, sku (Standard keeps prompts in the region, DataZoneStandard in the zone, GlobalStandard anywhere) and capacity in thousands of tokens a minute.')
param deployments array
@description('Object ids of the hosts\' identities.')
param hosts array
@description('Whether the account is reached through a private endpoint alone.')
param private bool
@description('Resource id of the identity that reaches the encryption key; empty without customer-managed keys.')
param encryptionIdentityId string
@description('Client id of that identity.')
param encryptionClientId string
@description('Address of the vault of the encryption key.')
param vaultUri string
@description('Name of the encryption key.')
param encryptionKeyName string
@description('Version of the encryption key; this service follows no rotation by itself.')
param encryptionKeyVersion string
@description('Resource id of the Log Analytics workspace.')
param workspaceId string

var roles = loadJsonContent('../roles.json')

resource account 'Microsoft.CognitiveServices/accounts@2025-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'AIServices'
  sku: {
    name: 'S0'
  }
  identity: empty(encryptionIdentityId) ? {
    type: 'SystemAssigned'
  } : {
    type: 'SystemAssigned, UserAssigned'
    userAssignedIdentities: {
      '${encryptionIdentityId}': {}
    }
  }
  properties: {
    allowProjectManagement: true
    customSubDomainName: name
    disableLocalAuth: true
    publicNetworkAccess: private ? 'Disabled' : 'Enabled'
    networkAcls: {
      defaultAction: private ? 'Deny' : 'Allow'
    }
    encryption: empty(encryptionIdentityId) ? null : {
      keySource: 'Microsoft.KeyVault'
      keyVaultProperties: {
        identityClientId: encryptionClientId
        keyVaultUri: vaultUri
        keyName: encryptionKeyName
        keyVersion: encryptionKeyVersion
      }
    }
  }
}

resource project 'Microsoft.CognitiveServices/accounts/projects@2025-06-01' = {
  parent: account
  name: projectName
  location: location
  tags: tags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    displayName: 'Fusion'
    description: 'Models that review changes.'
  }
}

// One after the other, and after the project: the account takes one change at a time.
@batchSize(1)
resource deployed 'Microsoft.CognitiveServices/accounts/deployments@2025-06-01' = [for item in deployments: {
  parent: account
  name: item.name
  sku: {
    name: item.sku
    capacity: item.capacity
  }
  properties: {
    model: {
      format: item.format
      name: item.model
      version: item.version
    }
    // A new version is another model with other figures: somebody chooses it.
    versionUpgradeOption: 'NoAutoUpgrade'
  }
  dependsOn: [
    project
  ]
}]

// A host asks the models. It can deploy none and read no key.
resource hostAsks 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for principalId in hosts: {
  name: guid(account.id, principalId, roles.cognitiveServicesOpenAiUser.id)
  scope: account
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.cognitiveServicesOpenAiUser.id)
  }
}]

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'fusion'
  scope: account
  properties: {
    workspaceId: workspaceId
    // Who called and who changed what. Not RequestResponse and not Trace, which may hold parts of prompts.
    logs: [
      {
        category: 'Audit'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

@description('Resource id of the account.')
output id string = account.id
@description('Address for the models file: OpenAI\'s protocol.')
output endpoint string = 'https://${account.properties.customSubDomainName}.openai.azure.com/openai/v1/'
