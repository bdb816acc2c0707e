"""What a person does with a stack that runs: the local one, or one on AWS."""
