// The virtual network of the private form: one subnet for the Function App, one for Container Apps, one for private endpoints.
// Made only with the switch privateEndpoints. Traffic to GitHub leaves through a NAT gateway, so by one known address.

@description('Name of the virtual network.')
param name string
@description('Name of the NAT gateway.')
param natName string
@description('Name of the public address through which traffic leaves.')
param publicIpName string
@description('Region.')
param location string
@description('Tags of the resources.')
param tags object
@description('Address space of the network, a /22 or larger.')
param addressPrefix string

resource address 'Microsoft.Network/publicIPAddresses@2024-05-01' = {
  name: publicIpName
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  properties: {
    publicIPAllocationMethod: 'Static'
  }
}

resource nat 'Microsoft.Network/natGateways@2024-05-01' = {
  name: natName
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  properties: {
    idleTimeoutInMinutes: 4
    publicIpAddresses: [
      {
        id: address.id
      }
    ]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [
        addressPrefix
      ]
    }
    subnets: [
      {
        // Flex Consumption asks for a subnet of its own with this delegation.
        name: 'functions'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 24, 0)
          delegations: [
            {
              name: 'functions'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
          natGateway: {
            id: nat.id
          }
        }
      }
      {
        name: 'containers'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 24, 1)
          delegations: [
            {
              name: 'containers'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
          natGateway: {
            id: nat.id
          }
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 24, 2)
          defaultOutboundAccess: false
          privateEndpointNetworkPolicies: 'Disabled'
        }
      }
    ]
  }
}

@description('Resource id of the network.')
output id string = network.id
@description('Subnet of the Function App.')
output functionsSubnetId string = resourceId('Microsoft.Network/virtualNetworks/subnets', network.name, 'functions')
@description('Subnet of the Container Apps environment.')
output containersSubnetId string = resourceId('Microsoft.Network/virtualNetworks/subnets', network.name, 'containers')
@description('Subnet of the private endpoints.')
output endpointsSubnetId string = resourceId('Microsoft.Network/virtualNetworks/subnets', network.name, 'endpoints')
@description('The address from which GitHub and model hosts are called.')
output outboundAddress string = address.properties.ipAddress
