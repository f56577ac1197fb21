"""Ties the senses to the rules and publishes snapshots."""
