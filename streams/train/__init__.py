"""Where the weights that ship with Wireroom come from. Not needed to run it."""
