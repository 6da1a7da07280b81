"""How it moves: pure stages (decode, clean, desk, enrich), and the hosts around them."""
