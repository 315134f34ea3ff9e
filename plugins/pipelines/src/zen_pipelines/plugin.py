"""What this distribution offers to Zen."""
