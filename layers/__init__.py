"""Map layers: each is computed once, as plain data (:class:`layers.view.LayerView`), and drawn anywhere."""
