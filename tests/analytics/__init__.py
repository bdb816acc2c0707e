"""Detection of crawlers by user agent, with real user agents."""
