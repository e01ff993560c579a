// What somebody should know, and the workbook that shows the rest. Both are made from Fusion's own lists of metrics and
// objectives (bicep/generated, by tools/telemetry); here is only what Azure wants around them.

@description('Name of the action group.')
param actionGroupName string
@description('Region.')
param location string
@description('Tags of the resources.')
param tags object
@description('Addresses that alerts are mailed to; empty to tell nobody.')
param emails array
@description('Resource id of the Log Analytics workspace.')
param workspaceId string
@description('Resource id of the Service Bus namespace.')
param namespaceId string

var alerts = loadJsonContent('../generated/alerts.json')
var shown = loadJsonContent('../generated/workbook.json')

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

// A metric that nothing was sent of yet has no table: queries are not tried when the rule is made.
resource logAlert 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for alert in alerts.logAlerts: {
  name: 'fusion-${alert.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: alert.displayName
    description: alert.description
    severity: alert.severity
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: alert.evaluationFrequency
    windowSize: alert.windowSize
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: alert.query
          metricMeasureColumn: alert.metricMeasureColumn
          timeAggregation: alert.timeAggregation
          operator: alert.operator
          threshold: alert.threshold
          dimensions: map(alert.dimensions, dimension => {
            name: dimension
            operator: 'Include'
            values: [
              '*'
            ]
          })
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        people.id
      ]
    }
  }
}]

resource metricAlert 'Microsoft.Insights/metricAlerts@2018-03-01' = [for alert in alerts.metricAlerts: {
  name: 'fusion-${alert.name}'
  location: 'global'
  tags: tags
  properties: {
    description: '${alert.displayName}. ${alert.description}'
    severity: alert.severity
    enabled: true
    autoMitigate: true
    scopes: [
      namespaceId
    ]
    evaluationFrequency: alert.evaluationFrequency
    windowSize: alert.windowSize
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: alert.name
          metricNamespace: alert.namespace
          metricName: alert.metricName
          timeAggregation: alert.timeAggregation
          operator: alert.operator
          threshold: alert.threshold
          dimensions: map(alert.dimensions, dimension => {
            name: dimension
            operator: 'Include'
            values: [
              '*'
            ]
          })
        }
      ]
    }
    actions: [
      {
        actionGroupId: people.id
      }
    ]
  }
}]

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'fusion')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Fusion'
    description: 'Promises, reviews, models and queues.'
    category: 'workbook'
    version: 'Notebook/1.0'
    sourceId: workspaceId
    serializedData: string(union(shown, {
      fallbackResourceIds: [
        workspaceId
      ]
    }))
  }
}

@description('Resource id of the workbook.')
output workbookId string = workbook.id
