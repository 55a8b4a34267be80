"""Page `/xa-muc-tieu`."""

from render.screen.page import show

show("xa-muc-tieu")
