// One user-assigned identity. Each workload has its own, so that a role given to one is not given to the others.

@description('Name of the identity.')
param name string
@description('Region.')
param location string
@description('Tags of the resource.')
param tags object

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

@description('Resource id, where a resource is given the identity.')
output id string = identity.id
@description('Client id, where an SDK asks for the identity by name.')
output clientId string = identity.properties.clientId
@description('Object id, to which roles are given.')
output principalId string = identity.properties.principalId
