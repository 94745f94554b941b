"""Logs read back: which there are, what each ran, and its samples one by one."""
