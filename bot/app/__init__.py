"""The running program: all parts built and connected, started, watched and stopped in reverse order."""
