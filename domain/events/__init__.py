"""Events about environments, and their delivery to the topic."""
