"""What the machinery says of itself: logs, metrics, health."""
