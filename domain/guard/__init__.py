"""What a request would cost and whether Azure would grant it, before anything is started."""
