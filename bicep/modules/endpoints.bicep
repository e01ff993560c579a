// Private endpoints with their DNS zones. Which services get one is services.bicep's affair.

@description('Endpoints: name, target (a resource id), group (the target\'s sub-resource) and zones (keys of the zones below).')
param endpoints array
@description('Region.')
param location string
@description('Tags of the resources.')
param tags object
@description('Resource id of the virtual network that resolves the names.')
param networkId string
@description('Resource id of the subnet for the endpoints.')
param subnetId string

// Names as Private Link prescribes them.
var zones = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  queue: 'privatelink.queue.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  vault: 'privatelink.vaultcore.azure.net'
  servicebus: 'privatelink.servicebus.windows.net'
  cosmos: 'privatelink.documents.azure.com'
  registry: 'privatelink${environment().suffixes.acrLoginServer}'
  cognitive: 'privatelink.cognitiveservices.azure.com'
  openai: 'privatelink.openai.azure.com'
  services: 'privatelink.services.ai.azure.com'
}
var zoneNames = map(items(zones), item => item.value)

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = [for zoneName in zoneNames: {
  name: zoneName
  location: 'global'
  tags: tags
}]

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [for (zoneName, index) in zoneNames: {
  parent: zone[index]
  name: 'link'
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: networkId
    }
  }
}]

resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = [for item in endpoints: {
  name: item.name
  location: location
  tags: tags
  properties: {
    subnet: {
      id: subnetId
    }
    privateLinkServiceConnections: [
      {
        name: item.name
        properties: {
          privateLinkServiceId: item.target
          groupIds: [
            item.group
          ]
        }
      }
    ]
  }
}]

resource resolution 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-05-01' = [for (item, index) in endpoints: {
  parent: endpoint[index]
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [for key in item.zones: {
      name: key
      properties: {
        privateDnsZoneId: resourceId('Microsoft.Network/privateDnsZones', zones[key])
      }
    }]
  }
  dependsOn: [
    zone
  ]
}]

@description('How many endpoints there are.')
output count int = length(endpoints)
