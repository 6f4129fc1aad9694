"""The domain: what the programme does. Plain functions that take actor and time as arguments and flush, never commit."""
