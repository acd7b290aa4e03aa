"""Kills the program at any moment, hundreds of times, and counts what was lost or said twice: `python -m bench.kills`."""
