@description('Its name.')
param name string
@description('Its region.')
param location string
@description('What it keeps.')
@secure()
param password string

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enablePurgeProtection: true
    publicNetworkAccess: 'Disabled'
  }
}

resource known 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vault.name
}

resource kept 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: known
  name: 'password'
  properties: { value: password }
}

@description('Where it is.')
output address string = vault.properties.vaultUri
