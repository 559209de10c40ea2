using 'main.bicep'

param name = 'fraud'
param stage = 'staging'
param costCenter = 'ML-1234'
param owner = 'platform@example.com'
param adminGroupIds = [
  '00000000-0000-0000-0000-0000000000c1'
]
param addressPrefix = '10.51.0.0/20'
param nodesPrefix = '10.51.0.0/24'
param endpointsPrefix = '10.51.1.0/26'
param systemNodeCount = 2
param gpuVmSize = 'Standard_NC4as_T4_v3'
param gpuMaxCount = 2
param logRetentionDays = 90
