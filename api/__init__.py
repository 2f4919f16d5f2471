"""The HTTP face: thin routers, auth, schemas, the web pages."""
