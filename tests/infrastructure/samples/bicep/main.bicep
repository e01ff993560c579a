// A small deployment that is right: a group, an identity, a vault, a store of blobs.
targetScope = 'subscription'

@description('Name of what is deployed.')
@minLength(3)
param name string

@description('Region of everything.')
param location string

@description('Which form it has.')
@allowed(['small', 'large'])
param size string = 'small'

@description('Whether everything is reached through private endpoints alone.')
param privateEndpoints bool = false

@description('A password that somebody chose.')
@secure()
param password string

type pair = {
  name: string
  days: int?
}

@description('What is kept, and for how long.')
param kept pair[] = [{ name: 'blobs' }, { name: 'anchors', days: 7 }]

var tags = {
  workload: name
  ...size == 'large' ? { tier: 'prod' } : {}
}
var names = map(filter(kept, item => !empty(item.name) && item.name != 'none'), item => item.name)

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'rg-${name}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: {
    name: 'id-${name}'
    location: location
  }
}

module store 'modules/store.bicep' = {
  scope: group
  params: {
    name: 'st${uniqueString(subscription().id, name)}'
    location: location
    containers: names
    size: size
    principal: identity.outputs.principalId
    isPrivate: privateEndpoints
  }
}

module vault 'modules/vault.bicep' = if (size == 'large') {
  scope: group
  params: {
    name: 'kv-${name}'
    location: location
    password: password
  }
}

@description('Where the blobs are.')
output address string = store.outputs.address
@description('Where the vault is, if there is one.')
output vaultAddress string = vault.?outputs.?address ?? ''
