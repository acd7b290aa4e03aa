"""What each release stored: its tables with a row in each, as the databases themselves write them out."""
