// Who may send traces and metrics to Application Insights.

@description('Name of Application Insights.')
param insightsName string
@description('Object ids of the hosts\' identities.')
param hosts array

var roles = loadJsonContent('../roles.json')

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

// A host sends traces and metrics; it can read none.
resource hostTells 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for principalId in hosts: {
  name: guid(insights.id, principalId, roles.monitoringMetricsPublisher.id)
  scope: insights
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.monitoringMetricsPublisher.id)
  }
}]

@description('How many identities may send.')
output count int = length(hosts)
