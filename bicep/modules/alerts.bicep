// Who is told, and of what: messages that were set aside (Service Bus counts them).

@description('Name of the action group.')
param actionGroupName string
@description('Region.')
param location string
@description('Tags of the resources.')
param tags object
@description('Addresses that alerts are mailed to; empty to tell nobody.')
param emails array
@description('Resource id of the Service Bus namespace.')
param namespaceId string

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: actionGroupName
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'fusion'
    emailReceivers: [for (email, index) in emails: {
      name: 'mail-${index}'
      emailAddress: email
      useCommonAlertSchema: true
    }]
  }
}

// A message that was set aside waits for a person: `fusion dead-letters list` shows it.
resource setAside 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'fusion-dead-letters'
  location: 'global'
  tags: tags
  properties: {
    description: 'Messages of Fusion were set aside. `fusion dead-letters list` shows them, with the reason of each.'
    severity: 2
    enabled: true
    autoMitigate: true
    scopes: [
      namespaceId
    ]
    targetResourceRegion: location
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'set-aside'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'DeadletteredMessages'
          timeAggregation: 'Maximum'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: [
            {
              name: 'EntityName'
              operator: 'Include'
              values: [
                '*'
              ]
            }
          ]
        }
      ]
    }
    actions: [
      {
        actionGroupId: people.id
      }
    ]
  }
}

@description('Resource id of the action group.')
output actionGroupId string = people.id
