"""Pages of the audience: organization."""
