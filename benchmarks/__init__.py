"""Commands that measure, and print ratios beside a peer in the same run. Nothing here is asserted by a test."""
