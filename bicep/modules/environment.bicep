// Container Apps environment: of the inference worker, the scheduler host and the sessions of analyzers.

@description('Name of the environment.')
param name string
@description('Region.')
param location string
@description('Tags of the resource.')
param tags object
@description('Type of the workload profile with a GPU, for example Consumption-GPU-NC8as-T4; empty for none.')
param gpuProfile string
@description('Whether replicas lie in different zones; needs a subnet.')
param zoneRedundant bool
@description('Subnet of the environment; empty without a virtual network. It cannot be changed later.')
param subnetId string
@description('Resource id of the Log Analytics workspace.')
param workspaceId string

var consumption = [
  {
    name: 'Consumption'
    workloadProfileType: 'Consumption'
  }
]
var gpu = empty(gpuProfile) ? [] : [
  {
    name: 'gpu'
    workloadProfileType: gpuProfile
  }
]

resource environment 'Microsoft.App/managedEnvironments@2025-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    workloadProfiles: concat(consumption, gpu)
    // Logs go through the diagnostic setting below; the other destination asks for the workspace's key.
    appLogsConfiguration: {
      destination: 'azure-monitor'
    }
    zoneRedundant: zoneRedundant && !empty(subnetId)
    vnetConfiguration: empty(subnetId) ? null : {
      infrastructureSubnetId: subnetId
      internal: false
    }
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'fusion'
  scope: environment
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'ContainerAppConsoleLogs'
        enabled: true
      }
      {
        category: 'ContainerAppSystemLogs'
        enabled: true
      }
    ]
  }
}

@description('Resource id of the environment.')
output id string = environment.id
@description('Name of the environment.')
output name string = environment.name
@description('Domain below which its apps answer.')
output domain string = environment.properties.defaultDomain
