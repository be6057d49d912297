//! Source text made safe to print, and how wide it is on a terminal.
