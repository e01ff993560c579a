@description('Its name.')
param name string
@description('Its region.')
param location string

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
}

@description('To which roles are given.')
output principalId string = identity.properties.principalId
