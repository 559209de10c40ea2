"""What Azure Compute knows: VM sizes and vCPU quota."""
