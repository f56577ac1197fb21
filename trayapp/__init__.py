"""LLM Ampel: a traffic light for LLM services, with a one-click switch to the user's local LLM."""

__version__ = "0.1.0"
