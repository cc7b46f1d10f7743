"""The pages: each handler takes a Visit and returns a Response."""
