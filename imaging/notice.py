"""What files for other programs say of what they hold."""

NOTICE = "Research use only, not a medical device"
