"""Where facts come from: the reading interface (:mod:`store.facts`) and what stands behind it."""
