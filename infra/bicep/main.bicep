// The landing zone of one environment without the control plane: network, a private AKS-ready
// network with storage and key vault behind private endpoints, AKS with a GPU pool, and logs.
targetScope = 'resourceGroup'

@description('Name of the environment, part of every name: 2 to 10 lower-case letters and digits.')
@minLength(2)
@maxLength(10)
param name string

@description('Stage.')
@allowed([
  'dev'
  'staging'
  'prod'
])
param stage string

@description('Region.')
param location string = resourceGroup().location

@description('Who pays. Also a tag of the GPU pool itself, where policies of Gridplane look.')
@minLength(1)
param costCenter string

@description('Who answers for it.')
@minLength(1)
param owner string

@description('Address range of the virtual network, such as 10.50.0.0/20.')
param addressPrefix string

@description('Address range of the nodes, within it: a node takes one address, pods none.')
param nodesPrefix string

@description('Address range of the private endpoints, within it.')
param endpointsPrefix string

@description('Object ids of the Entra groups that administer the cluster.')
@minLength(1)
param adminGroupIds array

@description('Address ranges that reach the cluster API. Empty: every address; the token decides.')
param authorizedIpRanges array = []

@description('Availability zones of nodes; empty for none.')
param zones array = []

@description('Tier of the cluster: Free has no service level agreement.')
@allowed([
  'Free'
  'Standard'
])
param clusterTier string = 'Standard'

@description('VM size of the system pool.')
param systemVmSize string = 'Standard_D4s_v5'

@description('Nodes of the system pool.')
@minValue(1)
@maxValue(10)
param systemNodeCount int = 2

@description('VM size of the GPU pool: the sizes that Gridplane knows.')
@allowed([
  'Standard_NC4as_T4_v3'
  'Standard_NC8as_T4_v3'
  'Standard_NC16as_T4_v3'
  'Standard_NC64as_T4_v3'
  'Standard_NC24ads_A100_v4'
  'Standard_NC48ads_A100_v4'
  'Standard_NC96ads_A100_v4'
  'Standard_NC40ads_H100_v5'
  'Standard_NC80adis_H100_v5'
  'Standard_NC24lds_xl_RTXPRO6000BSE_v6'
  'Standard_NC36ds_xl_RTXPRO6000BSE_v6'
  'Standard_NC36lds_xl_RTXPRO6000BSE_v6'
  'Standard_NC72ds_xl_RTXPRO6000BSE_v6'
  'Standard_NC72lds_xl_RTXPRO6000BSE_v6'
  'Standard_NC144ds_xl_RTXPRO6000BSE_v6'
  'Standard_NC144lds_xl_RTXPRO6000BSE_v6'
  'Standard_NC288ds_xl_RTXPRO6000BSE_v6'
  'Standard_NC288lds_xl_RTXPRO6000BSE_v6'
  'Standard_NV6ads_A10_v5'
  'Standard_NV12ads_A10_v5'
  'Standard_NV18ads_A10_v5'
  'Standard_NV36ads_A10_v5'
  'Standard_NV36adms_A10_v5'
  'Standard_NV72ads_A10_v5'
  'Standard_ND96asr_v4'
  'Standard_ND96amsr_A100_v4'
  'Standard_ND96isr_H100_v5'
  'Standard_ND96isr_H200_v5'
])
param gpuVmSize string = 'Standard_NC4as_T4_v3'

@description('Encrypt the disks of GPU nodes at the host. Off for a size that does not support it: AKS refuses the pool.')
param gpuEncryptionAtHost bool = true

@description('Fewest GPU nodes. 0 lets the autoscaler remove the last one, and its cost.')
@minValue(0)
@maxValue(100)
param gpuMinCount int = 0

@description('Most GPU nodes.')
@minValue(1)
@maxValue(100)
param gpuMaxCount int = 1

@description('Replication of the storage account for models.')
@allowed([
  'Standard_LRS'
  'Standard_ZRS'
])
param storageSku string = 'Standard_ZRS'

@description('How long logs are kept, in days.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

var fullName = '${name}-${stage}'
var tags = {
  'cost-center': costCenter
  owner: owner
  stage: stage
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    name: fullName
    location: location
    tags: tags
    retentionDays: logRetentionDays
  }
}

module network 'modules/network.bicep' = {
  name: 'network'
  params: {
    name: fullName
    location: location
    tags: tags
    addressPrefix: addressPrefix
    nodesPrefix: nodesPrefix
    endpointsPrefix: endpointsPrefix
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    name: 'st${name}${stage}'
    location: location
    tags: tags
    sku: storageSku
    subnetId: network.outputs.endpointsSubnetId
    dnsZoneId: network.outputs.blobZoneId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module keyVault 'modules/keyvault.bicep' = {
  name: 'keyvault'
  params: {
    name: 'kv-${fullName}'
    location: location
    tags: tags
    subnetId: network.outputs.endpointsSubnetId
    dnsZoneId: network.outputs.vaultZoneId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module aks 'modules/aks.bicep' = {
  name: 'aks'
  params: {
    name: fullName
    location: location
    tags: tags
    tier: clusterTier
    virtualNetworkName: network.outputs.virtualNetworkName
    subnetName: network.outputs.nodesSubnetName
    zones: zones
    adminGroupIds: adminGroupIds
    authorizedIpRanges: authorizedIpRanges
    systemVmSize: systemVmSize
    systemNodeCount: systemNodeCount
    gpuVmSize: gpuVmSize
    gpuEncryptionAtHost: gpuEncryptionAtHost
    gpuMinCount: gpuMinCount
    gpuMaxCount: gpuMaxCount
    workspaceId: monitoring.outputs.workspaceId
  }
}

output clusterName string = aks.outputs.clusterName
output oidcIssuerUrl string = aks.outputs.oidcIssuerUrl
output storageAccountName string = storage.outputs.accountName
output keyVaultUri string = keyVault.outputs.vaultUri
output workspaceId string = monitoring.outputs.workspaceId
