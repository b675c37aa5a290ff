"""The store: what happened, hash-chained, and what coursekit made on this machine. The only place that knows SQLite."""
