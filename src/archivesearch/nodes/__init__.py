"""The query nodes that Whoosh lacks or has wrong."""
