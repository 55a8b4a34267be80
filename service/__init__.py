"""What other programs fetch over HTTP: map data and sheets, hashed assets, geometry."""
