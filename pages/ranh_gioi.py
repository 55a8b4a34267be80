"""Page `/ranh-gioi`."""

from render.screen.page import show

show("ranh-gioi")
