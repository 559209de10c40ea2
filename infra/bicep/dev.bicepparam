using 'main.bicep'

param name = 'fraud'
param stage = 'dev'
param costCenter = 'ML-1234'
param owner = 'platform@example.com'
param adminGroupIds = [
  '00000000-0000-0000-0000-0000000000c1'
]
param addressPrefix = '10.50.0.0/20'
param nodesPrefix = '10.50.0.0/24'
param endpointsPrefix = '10.50.1.0/26'
param clusterTier = 'Free'
param systemNodeCount = 1
param gpuVmSize = 'Standard_NC4as_T4_v3'
param storageSku = 'Standard_LRS'
