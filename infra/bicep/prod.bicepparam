using 'main.bicep'

param name = 'fraud'
param stage = 'prod'
param costCenter = 'ML-1234'
param owner = 'platform@example.com'
param adminGroupIds = [
  '00000000-0000-0000-0000-0000000000c1'
]
param addressPrefix = '10.52.0.0/20'
param nodesPrefix = '10.52.0.0/24'
param endpointsPrefix = '10.52.1.0/26'
param zones = [
  '1'
  '2'
  '3'
]
param systemNodeCount = 3
param gpuVmSize = 'Standard_NC24ads_A100_v4'
param gpuMinCount = 1
param gpuMaxCount = 4
param logRetentionDays = 365
