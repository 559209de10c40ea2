resource "azurerm_network_interface" "this" {
  #checkov:skip=CKV2_AZURE_39:likewise, and the serial console wants a password, which no account has
  #checkov:skip=CKV_AZURE_119:a public address only if public_ip_from names who may use SSH on it
  name                = "nic-${var.name}"
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags

  ip_configuration {
    name                          = "primary"
    subnet_id                     = var.subnet_id
    private_ip_address_allocation = "Dynamic"
    public_ip_address_id          = one(azurerm_public_ip.this[*].id)
  }
}

resource "azurerm_linux_virtual_machine" "this" {
  #checkov:skip=CKV_AZURE_50:the driver comes as an extension
  name                = "vm-${var.name}"
  computer_name       = var.name
  resource_group_name = var.resource_group_name
  location            = var.location
  tags                = var.tags
  size                = var.machine.size
  zone                = var.machine.zone

  network_interface_ids           = [azurerm_network_interface.this.id]
  admin_username                  = var.machine.admin_username
  disable_password_authentication = true
  patch_assessment_mode           = "AutomaticByPlatform"

  # Encryption at host would have to be registered in the subscription first; at rest it is anyway.

  admin_ssh_key {
    username   = var.machine.admin_username
    public_key = var.machine.ssh_public_key
  }

  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "Premium_LRS"
    disk_size_gb         = var.machine.disk_size_in_gb
  }

  source_image_reference {
    publisher = "Canonical"
    offer     = "ubuntu-24_04-lts"
    sku       = "server"
    version   = "latest"
  }

  # The driver's kernel module is built on the machine; secure boot would not load it.
  secure_boot_enabled = false
  vtpm_enabled        = true

  boot_diagnostics {}

  lifecycle {
    # `latest` is meant for the day of creation: a new image would replace the machine.
    ignore_changes = [source_image_reference]
  }
}

resource "azurerm_virtual_machine_extension" "nvidia_driver" {
  name                       = "NvidiaGpuDriverLinux"
  virtual_machine_id         = azurerm_linux_virtual_machine.this.id
  publisher                  = "Microsoft.HpcCompute"
  type                       = "NvidiaGpuDriverLinux"
  type_handler_version       = "1.11"
  auto_upgrade_minor_version = true
  tags                       = var.tags

  timeouts {
    create = "60m" # it builds kernel modules and reboots
  }
}

resource "azurerm_dev_test_global_vm_shutdown_schedule" "this" {
  virtual_machine_id    = azurerm_linux_virtual_machine.this.id
  location              = var.location
  tags                  = var.tags
  daily_recurrence_time = var.machine.shutdown_time
  timezone              = var.machine.timezone

  notification_settings {
    enabled         = var.machine.shutdown_email != null
    email           = var.machine.shutdown_email
    time_in_minutes = 30
  }
}
