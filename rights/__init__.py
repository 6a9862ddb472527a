"""rights (保障): when something is wrong."""
