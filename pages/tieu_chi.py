"""Page `/tieu-chi`."""

from render.screen.page import show

show("tieu-chi")
