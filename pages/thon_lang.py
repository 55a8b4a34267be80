"""Page `/thon-lang`."""

from render.screen.page import show

show("thon-lang")
