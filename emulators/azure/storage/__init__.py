"""Storage accounts as far as pods mount blobs of them."""
