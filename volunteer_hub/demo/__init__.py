"""The demo city: made-up people and weeks of service, built through actions only, with its own clock."""

MOST_SCALE = 100  # thirty thousand volunteers
