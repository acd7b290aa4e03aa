"""The components of Rasa's pipeline, thin, over `screening` and `dialogue`."""
