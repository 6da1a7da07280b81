"""Files and standard input into raw messages."""
