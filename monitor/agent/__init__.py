"""A vantage at another site: looks, keeps what it saw on its own disk, and tells the core."""
