"""The front door to the anti-trafficking hotline: receives, understands, answers, hands over."""
