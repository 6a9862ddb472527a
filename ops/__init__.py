"""ops: what runs around the platform: checks, the supervisor, throw-away servers for tests."""
