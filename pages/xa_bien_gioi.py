"""Page `/xa-bien-gioi`."""

from render.screen.page import show

show("xa-bien-gioi")
