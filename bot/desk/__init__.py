"""The operator's desk on the web: pages for the admins, rendered on the server."""
