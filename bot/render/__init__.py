"""An edition as text, JSON or HTML; later, pictures. From domain objects only."""
