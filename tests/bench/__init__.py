"""What the bot costs, as ratios of two things measured in one run: `make bench`.

Each line is measured against a yardstick on the same machine at the same time, so that the figures hold on any
machine. The exit code is 1 where a ratio is above its limit.
"""
