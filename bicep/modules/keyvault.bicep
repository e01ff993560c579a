// Key Vault: the GitHub App's key and the webhook's secret (put there after the deployment, never by it), the key that signs
// evidence, and with customer-managed keys the key that encrypts what the services keep.

@description('Name of the vault.')
param name string
@description('Region.')
param location string
@description('Tags of the resource.')
param tags object
@description('Object ids of the hosts\' identities.')
param hosts array
@description('Object id of the identity with which services reach the encryption key; empty without customer-managed keys.')
param encryptionPrincipalId string
@description('recover where a deleted vault of this name waits out its retention: it can be neither purged nor made anew.')
@allowed([
  'default'
  'recover'
])
param createMode string
@description('Whether the vault is reached through a private endpoint alone.')
param private bool
@description('Resource id of the Log Analytics workspace.')
param workspaceId string

var roles = loadJsonContent('../roles.json')

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    sku: {
      family: 'A'
      name: 'standard'
    }
    tenantId: tenant().tenantId
    createMode: createMode
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    // Evidence that was signed stays verifiable, and encrypted data readable: nobody purges a key within the retention.
    enablePurgeProtection: true
    publicNetworkAccess: private ? 'Disabled' : 'Enabled'
    networkAcls: {
      // Storage, Service Bus and Cosmos DB reach the encryption key as trusted services.
      bypass: 'AzureServices'
      defaultAction: private ? 'Deny' : 'Allow'
    }
  }
}

// P-256 signs ES256. No rotation policy: a new key is introduced in the chain of evidence first (docs/evidence.md).
resource evidenceKey 'Microsoft.KeyVault/vaults/keys@2024-11-01' = {
  parent: vault
  name: 'fusion-evidence'
  tags: tags
  properties: {
    kty: 'EC'
    curveName: 'P-256'
    keyOps: [
      'sign'
      'verify'
    ]
  }
}

resource encryptionKey 'Microsoft.KeyVault/vaults/keys@2024-11-01' = if (!empty(encryptionPrincipalId)) {
  parent: vault
  name: 'fusion-encryption'
  tags: tags
  properties: {
    kty: 'RSA'
    keySize: 3072
    keyOps: [
      'wrapKey'
      'unwrapKey'
    ]
    rotationPolicy: {
      attributes: {
        expiryTime: 'P2Y'
      }
      lifetimeActions: [
        {
          action: {
            type: 'rotate'
          }
          trigger: {
            timeAfterCreate: 'P1Y'
          }
        }
        {
          action: {
            type: 'notify'
          }
          trigger: {
            timeBeforeExpiry: 'P30D'
          }
        }
      ]
    }
  }
}

// A host reads the GitHub App's key and the webhook's secret, and no host may write either.
resource readsSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for principalId in hosts: {
  name: guid(vault.id, principalId, roles.keyVaultSecretsUser.id)
  scope: vault
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.keyVaultSecretsUser.id)
  }
}]

// A host signs evidence: on this key alone, not on the vault, so that it cannot use the encryption key.
resource signsEvidence 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for principalId in hosts: {
  name: guid(evidenceKey.id, principalId, roles.keyVaultCryptoUser.id)
  scope: evidenceKey
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.keyVaultCryptoUser.id)
  }
}]

// Storage, Service Bus, Cosmos DB, the registry and Foundry wrap their own keys with this one; they can read nothing else.
resource encrypts 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(encryptionPrincipalId)) {
  name: guid(encryptionKey.id, encryptionPrincipalId, roles.keyVaultCryptoServiceEncryptionUser.id)
  scope: encryptionKey
  properties: {
    principalId: encryptionPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.keyVaultCryptoServiceEncryptionUser.id)
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'fusion'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'audit'
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

@description('Resource id of the vault.')
output id string = vault.id
@description('Name of the vault.')
output name string = vault.name
@description('Address of the vault, with a slash at its end.')
output uri string = vault.properties.vaultUri
@description('FUSION_EVIDENCE_KEY: the version of the key that signs evidence.')
output evidenceKeyUri string = evidenceKey.properties.keyUriWithVersion
@description('The encryption key without a version, so that services follow its rotation; empty without customer-managed keys.')
output encryptionKeyUri string = empty(encryptionPrincipalId) ? '' : encryptionKey!.properties.keyUri
@description('The version of the encryption key, for services that follow no rotation.')
output encryptionKeyVersion string = empty(encryptionPrincipalId) ? '' : last(split(encryptionKey!.properties.keyUriWithVersion, '/'))
@description('Name of the encryption key; empty without customer-managed keys.')
output encryptionKeyName string = empty(encryptionPrincipalId) ? '' : 'fusion-encryption'
