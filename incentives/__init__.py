"""incentives (激励): what service earns."""
