@description('Common part of the names.')
param name string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Tier of the cluster.')
param tier string

@description('Virtual network of the nodes.')
param virtualNetworkName string

@description('Subnet of the nodes.')
param subnetName string

@description('Availability zones of nodes; empty for none.')
param zones array

@description('Object ids of the Entra groups that administer the cluster.')
param adminGroupIds array

@description('Address ranges that reach the cluster API; empty for every address.')
param authorizedIpRanges array

@description('VM size of the system pool.')
param systemVmSize string

@description('Nodes of the system pool.')
param systemNodeCount int

@description('VM size of the GPU pool.')
param gpuVmSize string

@description('Encrypt the disks of GPU nodes at the host.')
param gpuEncryptionAtHost bool

@description('Fewest GPU nodes.')
param gpuMinCount int

@description('Most GPU nodes.')
param gpuMaxCount int

@description('Log Analytics workspace.')
param workspaceId string

var networkContributor = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4d97b98b-1d4f-4787-a291-c67834d212e7')
var apiAccess = {
  authorizedIPRanges: authorizedIpRanges
}

resource subnet 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' existing = {
  name: '${virtualNetworkName}/${subnetName}'
}

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-aks-${name}'
  location: location
  tags: tags
}

// The cluster joins its nodes and load balancers to the subnet.
resource joinSubnet 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subnet.id, identity.id, networkContributor)
  scope: subnet
  properties: {
    roleDefinitionId: networkContributor
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
  //checkov:skip=CKV_AZURE_4:logs go to the workspace by the diagnostic setting below
  //checkov:skip=CKV_AZURE_6:the parameter authorizedIpRanges
  //checkov:skip=CKV_AZURE_8:AKS has no dashboard add-on any more
  //checkov:skip=CKV_AZURE_172:on; AKS takes the words 'true' and 'false', the check a boolean
  //checkov:skip=CKV_AZURE_226:sizes of the series Dsv5 have no local disk
  name: 'aks-${name}'
  location: location
  tags: tags
  sku: {
    name: 'Base'
    tier: tier
  }
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  properties: {
    dnsPrefix: name
    nodeResourceGroup: 'rg-${name}-nodes'
    disableLocalAccounts: true
    enableRBAC: true
    aadProfile: {
      managed: true
      enableAzureRBAC: true
      adminGroupObjectIDs: adminGroupIds
    }
    apiServerAccessProfile: empty(authorizedIpRanges) ? null : apiAccess
    autoUpgradeProfile: {
      upgradeChannel: 'patch'
      nodeOSUpgradeChannel: 'SecurityPatch'
    }
    oidcIssuerProfile: {
      enabled: true
    }
    securityProfile: {
      workloadIdentity: {
        enabled: true
      }
    }
    addonProfiles: {
      azurepolicy: {
        enabled: true
      }
      azureKeyvaultSecretsProvider: {
        enabled: true
        config: {
          enableSecretRotation: 'true'
        }
      }
    }
    networkProfile: {
      networkPlugin: 'azure'
      networkPluginMode: 'overlay'
      networkDataplane: 'cilium'
      networkPolicy: 'cilium'
      loadBalancerSku: 'standard'
      outboundType: 'loadBalancer'
    }
    agentPoolProfiles: [
      {
        name: 'system'
        mode: 'System'
        osType: 'Linux'
        osSKU: 'AzureLinux'
        vmSize: systemVmSize
        enableEncryptionAtHost: true
        count: systemNodeCount
        availabilityZones: zones
        vnetSubnetID: subnet.id
        maxPods: 110
        nodeTaints: [
          'CriticalAddonsOnly=true:NoSchedule'
        ]
        upgradeSettings: {
          maxSurge: '33%'
        }
        tags: tags
      }
    ]
  }
  dependsOn: [
    joinSubnet
  ]
}

// A pool of its own and not in the cluster's profiles, where a later deployment could not change it.
resource gpuPool 'Microsoft.ContainerService/managedClusters/agentPools@2025-05-01' = {
  //checkov:skip=CKV_AZURE_227:the parameter gpuEncryptionAtHost: not every GPU size supports it
  parent: cluster
  name: 'gpu'
  properties: {
    mode: 'User'
    osType: 'Linux'
    osSKU: 'Ubuntu'
    vmSize: gpuVmSize
    enableEncryptionAtHost: gpuEncryptionAtHost
    enableAutoScaling: true
    count: gpuMinCount
    minCount: gpuMinCount
    maxCount: gpuMaxCount
    availabilityZones: zones
    vnetSubnetID: subnet.id
    maxPods: 110
    gpuProfile: {
      driver: 'Install'
    }
    nodeTaints: [
      'sku=gpu:NoSchedule'
    ]
    // GPU quota rarely holds a node more than is in use.
    upgradeSettings: {
      maxSurge: '0'
      maxUnavailable: '1'
    }
    tags: tags
  }
}

resource nodeImageWindow 'Microsoft.ContainerService/managedClusters/maintenanceConfigurations@2025-05-01' = {
  parent: cluster
  name: 'aksManagedNodeOSUpgradeSchedule'
  properties: {
    maintenanceWindow: {
      schedule: {
        weekly: {
          intervalWeeks: 1
          dayOfWeek: 'Sunday'
        }
      }
      durationHours: 4
      startTime: '01:00'
      utcOffset: '+00:00'
    }
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-log-analytics'
  scope: cluster
  properties: {
    workspaceId: workspaceId
    logAnalyticsDestinationType: 'Dedicated'
    logs: [
      {
        category: 'kube-audit-admin'
        enabled: true
      }
      {
        category: 'guard'
        enabled: true
      }
      {
        category: 'cluster-autoscaler'
        enabled: true
      }
    ]
  }
}

output clusterName string = cluster.name
output oidcIssuerUrl string = cluster.properties.oidcIssuerProfile.issuerURL
