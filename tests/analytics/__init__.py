"""What the analytics API makes of the clients that real programs and people use."""
