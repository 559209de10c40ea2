"""The data plane: from a public host name through Front Door to a ready pod."""
