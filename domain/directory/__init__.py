"""What lists find and filter environments by: a row of each, in shards."""
