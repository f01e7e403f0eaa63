"""What the questions of many tell: whether answers helped, what is missing, and what fails for several at once."""
