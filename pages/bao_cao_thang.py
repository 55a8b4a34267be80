"""Page `/bao-cao-thang`."""

from render.screen.page import show

show("bao-cao-thang")
