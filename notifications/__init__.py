"""notifications (通知): who is told what, by which channel."""
