"""Page `/ban-do`."""

from render.screen.page import show

show("ban-do")
