"""The captioned picture: text laid out in any script, composed, encoded and stored."""
