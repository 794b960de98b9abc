"""What the widgets share: how their sources are put together, and their stills."""
