"""One feature a file: parse what was asked, call the service, show the answer."""
