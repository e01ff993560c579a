// The model's weights, mounted read-only over NFS: the one kind of file share that Container Apps mounts without a key.
// The share is made beforehand, in a storage account that the virtual network reaches.

@description('Name of the Container Apps environment.')
param environmentName string
@description('Host name of the storage account, for example ACCOUNT.file.core.windows.net.')
param server string
@description('The share, as /ACCOUNT/SHARE.')
param share string

resource environment 'Microsoft.App/managedEnvironments@2025-07-01' existing = {
  name: environmentName
}

resource weights 'Microsoft.App/managedEnvironments/storages@2025-07-01' = {
  parent: environment
  name: 'weights'
  properties: {
    nfsAzureFile: {
      server: server
      shareName: share
      accessMode: 'ReadOnly'
    }
  }
}

@description('Name by which the worker mounts it.')
output name string = weights.name
