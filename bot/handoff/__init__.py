"""From the assistant to a person: the queue, who owns a case, alarms, the phrasebook."""
