"""How often judge and monitor err: measured on labelled cases, and the labels to measure it on."""
