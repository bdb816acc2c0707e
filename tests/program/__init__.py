"""Rules that hold in the whole graph, for every stack file, and the contract with the Rust side."""
