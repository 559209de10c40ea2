@description('Common part of the names.')
param name string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('How long logs are kept, in days.')
param retentionDays int

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: 'log-${name}'
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: retentionDays
    features: {
      disableLocalAuth: true
    }
  }
}

output workspaceId string = workspace.id
