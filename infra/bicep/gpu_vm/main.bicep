// One machine with GPUs: Ubuntu, NVIDIA's driver as an extension, SSH by key only. Without sshSources it
// has no public address; with them, a rule lets in these ranges and nothing else.
targetScope = 'resourceGroup'

@description('Name of the machine, 2 to 15 lower-case letters, digits and hyphens.')
@minLength(2)
@maxLength(15)
param name string

@description('Region.')
param location string = resourceGroup().location

@description('VM size: the sizes that Gridplane knows. Retired series such as NCv3 are not among them.')
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
param vmSize string = 'Standard_NC4as_T4_v3'

@description('Content of a public key file, such as ~/.ssh/id_ed25519.pub.')
@minLength(80)
param sshPublicKey string

@description('Account of the machine. Azure reserves names such as root and admin.')
param adminUsername string = 'azureuser'

@description('Resource id of the subnet.')
param subnetId string

@description('Address ranges that may use SSH on a public address, such as 203.0.113.7/32. Empty: no public address.')
param sshSources array = []

@description('Size of the system disk in GB. System, driver and CUDA need 64.')
@minValue(64)
@maxValue(4095)
param diskSizeGB int = 128

@description('Availability zone, 1, 2 or 3; empty for none.')
@allowed([
  ''
  '1'
  '2'
  '3'
])
param zone string = ''

@description('Encrypt disks at the host. Needs the feature Microsoft.Compute/EncryptionAtHost, and a size that supports it.')
param encryptionAtHost bool = false

@description('When the machine is shut down every day, as HHmm.')
@minLength(4)
@maxLength(4)
param shutdownTime string = '1900'

@description('Time zone of shutdownTime, by its Windows name.')
param timeZone string = 'UTC'

@description('Who pays. Policies of Gridplane deny machines with GPUs without it.')
@minLength(1)
param costCenter string

@description('Who answers for the machine.')
@minLength(1)
param owner string

var isPublic = length(sshSources) > 0
var zones = empty(zone) ? [] : [zone]
var tags = {
  'cost-center': costCenter
  owner: owner
}

// Without the rule it is Azure's defaults: in from the network only.
var sshRules = [
  {
    name: 'ssh'
    properties: {
      priority: 100
      direction: 'Inbound'
      access: 'Allow'
      protocol: 'Tcp'
      sourceAddressPrefixes: sshSources
      sourcePortRange: '*'
      destinationAddressPrefix: '*'
      destinationPortRange: '22'
    }
  }
]

resource securityGroup 'Microsoft.Network/networkSecurityGroups@2024-05-01' = {
  name: 'nsg-${name}'
  location: location
  tags: tags
  properties: {
    securityRules: isPublic ? sshRules : []
  }
}

resource publicAddress 'Microsoft.Network/publicIPAddresses@2024-05-01' = if (isPublic) {
  name: 'pip-${name}'
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  zones: zones
  properties: {
    publicIPAllocationMethod: 'Static'
  }
}

resource networkInterface 'Microsoft.Network/networkInterfaces@2024-05-01' = {
  name: 'nic-${name}'
  location: location
  tags: tags
  properties: {
    networkSecurityGroup: {
      id: securityGroup.id
    }
    ipConfigurations: [
      {
        name: 'primary'
        properties: {
          privateIPAllocationMethod: 'Dynamic'
          subnet: {
            id: subnetId
          }
          publicIPAddress: isPublic ? { id: publicAddress.id } : null
        }
      }
    ]
  }
}

resource machine 'Microsoft.Compute/virtualMachines@2024-07-01' = {
  //checkov:skip=CKV_AZURE_50:the driver comes as an extension
  //checkov:skip=CKV_AZURE_97:the parameter encryptionAtHost
  //checkov:skip=CKV_AZURE_151:likewise
  name: 'vm-${name}'
  location: location
  tags: tags
  zones: zones
  properties: {
    hardwareProfile: {
      vmSize: vmSize
    }
    osProfile: {
      computerName: name
      adminUsername: adminUsername
      linuxConfiguration: {
        disablePasswordAuthentication: true
        patchSettings: {
          assessmentMode: 'AutomaticByPlatform'
        }
        ssh: {
          publicKeys: [
            {
              path: '/home/${adminUsername}/.ssh/authorized_keys'
              keyData: sshPublicKey
            }
          ]
        }
      }
    }
    storageProfile: {
      imageReference: {
        publisher: 'Canonical'
        offer: 'ubuntu-24_04-lts'
        sku: 'server'
        version: 'latest'
      }
      osDisk: {
        createOption: 'FromImage'
        caching: 'ReadWrite'
        diskSizeGB: diskSizeGB
        managedDisk: {
          storageAccountType: 'Premium_LRS'
        }
      }
    }
    networkProfile: {
      networkInterfaces: [
        {
          id: networkInterface.id
        }
      ]
    }
    securityProfile: {
      encryptionAtHost: encryptionAtHost
      securityType: 'TrustedLaunch'
      uefiSettings: {
        // The driver's kernel module is built on the machine; secure boot would not load it.
        secureBootEnabled: false
        vTpmEnabled: true
      }
    }
    diagnosticsProfile: {
      bootDiagnostics: {
        enabled: true
      }
    }
  }
}

resource driver 'Microsoft.Compute/virtualMachines/extensions@2024-07-01' = {
  parent: machine
  name: 'NvidiaGpuDriverLinux'
  location: location
  tags: tags
  properties: {
    publisher: 'Microsoft.HpcCompute'
    type: 'NvidiaGpuDriverLinux'
    typeHandlerVersion: '1.11'
    autoUpgradeMinorVersion: true
  }
}

resource shutdown 'Microsoft.DevTestLab/schedules@2018-09-15' = {
  name: 'shutdown-computevm-${machine.name}'
  location: location
  tags: tags
  properties: {
    status: 'Enabled'
    taskType: 'ComputeVmShutdownTask'
    dailyRecurrence: {
      time: shutdownTime
    }
    timeZoneId: timeZone
    targetResourceId: machine.id
  }
}

output machineId string = machine.id
output privateAddress string = networkInterface.properties.ipConfigurations[0].properties.privateIPAddress
