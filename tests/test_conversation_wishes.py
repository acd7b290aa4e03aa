"""What is learned of wishes from the labelled conversations."""

from pathlib import Path

from bot.screening.wishes import Phrase, said_in_conversations

CONVERSATION = """
- id: xx-1
  turns:
  - {say: "please take my words away", do: ["want:erase"]}
  - {say: "i cannot speak and somebody comes", do: ["refuse:call", "want:human"]}
  - {say: "they took my passport", do: ["tell:self"]}
  - {say: "no", do: [no]}
  - {say: "one two three four five six seven eight nine ten eleven twelve thirteen", do: ["tell:self"]}
"""


def test_a_short_message_that_does_one_thing_is_learned_from_and_no_other_is(tmp_path: Path) -> None:
    for part in ("training", "evaluation"):
        (tmp_path / "conversations" / part).mkdir(parents=True)
    (tmp_path / "conversations" / "training" / "xx.yml").write_text(CONVERSATION)
    (tmp_path / "conversations" / "evaluation" / "xx.yml").write_text('- {turns: [{say: "wipe it", do: ["want:erase"]}]}')
    assert said_in_conversations(tmp_path) == [
        Phrase("please take my words away", "delete"),
        Phrase("they took my passport", "none"),
    ]
