"""From text to Screening: language, triage, indicators, speaker, topic. Plain Python, usable without Rasa."""
