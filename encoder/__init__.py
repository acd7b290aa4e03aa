"""How the encoder is made: base weights, fine-tuning, export. Needs torch; runs in an environment of its own."""
