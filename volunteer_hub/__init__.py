"""volunteer_hub (屋顶): wiring: settings, addresses, exports, the demo city."""
