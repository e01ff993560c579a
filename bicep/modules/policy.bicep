// Data residency: nothing in the resource group can be made outside of these regions, whoever deploys it.

@description('Regions in which resources may lie.')
@minLength(1)
param allowedLocations array
@description('Name of the assignment.')
param name string

// Azure's own definition "Allowed locations". It leaves resources out that have no region.
var definition = tenantResourceId('Microsoft.Authorization/policyDefinitions', 'e56962a6-4747-49cd-b67b-bf8b01975c4c')

resource residency 'Microsoft.Authorization/policyAssignments@2024-05-01' = {
  name: name
  properties: {
    displayName: 'Fusion: where data may lie'
    description: 'Resources of Fusion lie in the regions that its parameters name.'
    policyDefinitionId: definition
    enforcementMode: 'Default'
    parameters: {
      listOfAllowedLocations: {
        value: allowedLocations
      }
    }
    nonComplianceMessages: [
      {
        message: 'Fusion keeps its data in ${join(allowedLocations, ', ')}. Add the region to allowedLocations, or choose one of these.'
      }
    ]
  }
}

@description('Resource id of the assignment.')
output id string = residency.id
