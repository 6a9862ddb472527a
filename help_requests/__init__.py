"""help_requests (求): who asks for help."""
