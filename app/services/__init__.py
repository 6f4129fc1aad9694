"""The domain: what the programme does. Plain functions that are told actor and time, and flush, never commit."""
