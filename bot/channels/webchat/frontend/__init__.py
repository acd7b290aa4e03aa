"""The web chat's page: its words come from the same files as the answers, its numbers from the same facts."""
