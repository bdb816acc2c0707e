"""What is measured: functions, each with the events that it gets, and what makes an answer right."""
