// Log Analytics and Application Insights. Neither takes anything without Entra ID.

@description('Name of the Log Analytics workspace.')
param workspaceName string
@description('Name of the Application Insights resource.')
param insightsName string
@description('Region.')
param location string
@description('Tags of the resources.')
param tags object
@description('Days for which logs, traces and metrics are kept.')
@minValue(30)
@maxValue(730)
param retentionDays int
@description('Most gigabytes a day, after which nothing more is taken until the next; -1 for no limit.')
param dailyCapGb int

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: retentionDays
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
    workspaceCapping: {
      dailyQuotaGb: dailyCapGb
    }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: insightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    IngestionMode: 'LogAnalytics'
    DisableLocalAuth: true
  }
}

@description('Resource id of the Log Analytics workspace.')
output workspaceId string = workspace.id
@description('Resource id of Application Insights.')
output insightsId string = insights.id
@description('Name of Application Insights.')
output insightsName string = insights.name
@description('Connection string of Application Insights. It names the resource and opens nothing: Entra ID is asked for.')
output insightsConnection string = insights.properties.ConnectionString
