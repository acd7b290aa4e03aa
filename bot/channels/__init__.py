"""The ways in and out, one module each: verify, parse, render, deliver."""
