"""Page `/tien-do-huyen`."""

from render.screen.page import show

show("tien-do-huyen")
