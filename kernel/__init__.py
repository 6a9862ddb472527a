"""kernel (基石): the few ideas all rooms share; no word of the domain in it."""
