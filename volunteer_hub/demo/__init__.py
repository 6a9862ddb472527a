"""The demo city: made-up people and weeks of service, built through actions only, with its own clock."""
