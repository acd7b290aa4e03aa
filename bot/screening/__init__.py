"""From text to Screening: triage, indicators with their words, speaker, topic. Plain Python, usable without Rasa."""
