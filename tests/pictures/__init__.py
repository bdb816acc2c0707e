"""Pictures before and after the glitch, in real decoders."""
