"""Web pages for the people who review calls; an ASGI application that a server mounts."""
