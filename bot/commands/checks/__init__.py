"""What `check` looks at, by theme; each function yields what it found."""
