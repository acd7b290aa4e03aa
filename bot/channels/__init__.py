"""The ways in and out, a folder for each provider, and what is true of all of them."""
