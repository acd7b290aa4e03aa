"""What keeps the program running for years: deleting what is over, gauges for the operator, backups."""
