"""Studies: many runs that share their randomness, and how sure one can be of what they say."""
