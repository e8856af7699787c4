"""What all pictures share: colours, lettering, and the two kinds of object that a picture function returns.

    def loss_curve(losses):
        def paint(fig):
            ax = fig.subplots()
            ax.plot(losses, **style.line(0))
            ax.set(xlabel="step", ylabel="loss")
            return f"A line that falls from {losses[0]:.2f} to {losses[-1]:.2f}."

        return style.picture(paint, height=3)

    def explore_loss():
        return style.explorer(draw, w=style.Slider(-2, 2, 0.1, value=1), b=...)

`paint` gets an empty matplotlib figure in nnbook's style and returns the alternative text, for those who do not see the
picture; `draw(w=..., b=...)` returns a Picture. Neither pyplot nor any other global state is touched.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Legible on white and on #111 alike (4.5 and 4.2 to 1), so that one transparent image serves light and dark pages.
GREY = "#767676"
# From the palette of Okabe and Ito, told apart by colour-blind readers; the first four keep 3 to 1 on both grounds.
BLUE, VERMILLION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY = "#E69F00", "#56B4E9"  # for areas and wide lines: too pale on white for thin ones
COLOURS = (BLUE, VERMILLION, GREEN, PURPLE)
DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.4)), (0, (6, 1.5, 1.2, 1.5)))
MARKERS = ("o", "s", "^", "D")

WIDTH = 7.0  # inches
_CSS, _SCALE = 96, 2  # points per inch on the page; pixels per point

_RC = {
    "font.family": "sans-serif",
    # matplotlib brings DejaVu Sans along: the letters are the same on every machine
    "font.sans-serif": ["DejaVu Sans"],
    "font.monospace": ["DejaVu Sans Mono"],
    "font.size": 12,
    "axes.titlesize": 12,
    "axes.labelsize": 12,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "legend.fontsize": 11,
    "text.color": GREY,
    "axes.labelcolor": GREY,
    "axes.titlecolor": GREY,
    "axes.edgecolor": GREY,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "legend.frameon": False,
    "lines.linewidth": 2.2,
    "lines.markersize": 7,
    "image.cmap": "cividis",
    "mathtext.default": "regular",
    "text.hinting": "no_autohint",
}


def line(index: int, **more: Any) -> dict[str, Any]:
    """Keywords for the line number `index` of a plot: its colour and, for those who see none, its dashes."""
    return {"color": COLOURS[index % 4], "linestyle": DASHES[index % 4], **more}


def mark(index: int, **more: Any) -> dict[str, Any]:
    """Keywords for the points number `index` of a plot: colour and shape, no line."""
    return {"color": COLOURS[index % 4], "marker": MARKERS[index % 4], "linestyle": "none", **more}


def label(ax: Axes, text: str, x: float, y: float, *, dx: float = 6, dy: float = 0, **more: Any) -> Any:
    """Writes beside the point (x, y) of the data, `dx` and `dy` points away: a direct label instead of a legend."""
    more = {"va": "center", "ha": "left", "annotation_clip": False, **more}
    return ax.annotate(text, (x, y), xytext=(dx, dy), textcoords="offset points", **more)


def bare(ax: Axes) -> Axes:
    """No axes around what is not a plot: an image, a diagram."""
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax


class Picture:
    """A drawn picture: PNG at twice the page's resolution, and what one sees in it, in words."""

    def __init__(self, png: bytes, alt: str, width: int, height: int):
        self.png, self.alt, self.width, self.height = png, alt, width, height

    def __repr__(self) -> str:
        return self.alt

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        data = {"text/plain": self.alt, "image/png": base64.b64encode(self.png).decode()}
        return data, {"image/png": {"width": self.width, "height": self.height, "alt": self.alt}}

    def save(self, path: Any) -> None:
        """Writes the PNG file."""
        with open(path, "wb") as file:
            file.write(self.png)


def picture(
    paint: Callable[[Figure], str], *, height: float = 3.0, width: float = WIDTH, quick: bool = False
) -> Picture:
    """Draws: `paint` fills an empty figure of `width` × `height` inches and returns the alternative text.

    matplotlib finds the margins by drawing everything twice. For an explorer, `quick` leaves them to `paint`
    (`fig.add_axes`, `fig.subplots_adjust`) and takes half the time.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with matplotlib.rc_context():
        # from the defaults on, whatever style the reader has chosen for plots of their own
        settings: Any = {k: v for k, v in matplotlib.rcParamsDefault.items() if k != "backend"}
        matplotlib.rcParams.update(settings | _RC)
        fig = Figure(figsize=(width, height), dpi=_CSS * _SCALE, layout=None if quick else "constrained")
        canvas = FigureCanvasAgg(fig)
        alt = " ".join(paint(fig).split())
        out = io.BytesIO()
        # No metadata: the file would name the version that wrote it.
        canvas.print_png(out, metadata={"Software": None}, pil_kwargs={"compress_level": 4})
    return Picture(out.getvalue(), alt, round(width * _CSS), round(height * _CSS))


# -- explorers ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Slider:
    """A number to be moved between `low` and `high`."""

    low: float
    high: float
    step: float
    value: float
    text: str = ""


@dataclass(frozen=True)
class Choice:
    """One of several; each option stands for itself."""

    options: Sequence[str]
    value: str
    text: str = ""


class Explorer:
    """A picture with controls under it. Without a live kernel, or without ipywidgets, one sees the picture alone."""

    def __init__(self, draw: Callable[..., Picture], controls: dict[str, Slider | Choice]):
        self.draw = draw
        self.controls = controls
        self.picture = draw(**{name: control.value for name, control in controls.items()})
        self._box: Any = None

    def __repr__(self) -> str:
        return self.picture.alt

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = self.picture._repr_mimebundle_()
        try:
            box = self.widget()
        except ImportError:
            return data, metadata
        shown = box._repr_mimebundle_()
        view = (shown[0] if isinstance(shown, tuple) else shown or {}).get(_VIEW)
        return (data if view is None else {**data, _VIEW: view}), metadata

    def widget(self) -> Any:
        """The controls, the picture and its text as one ipywidget, built on first use."""
        if self._box is not None:
            return self._box
        import ipywidgets

        knobs = {name: _knob(ipywidgets, name, control) for name, control in self.controls.items()}
        image = ipywidgets.Image(value=self.picture.png, format="png", layout={"max_width": "100%"})
        image.width = str(self.picture.width)
        said = ipywidgets.HTML(_said(self.picture))

        def redraw(_: Any) -> None:
            self.picture = self.draw(**{name: knob.value for name, knob in knobs.items()})
            image.value = self.picture.png
            said.value = _said(self.picture)

        for knob in knobs.values():
            knob.observe(redraw, names="value")
        self.knobs, self.image = knobs, image
        self._box = ipywidgets.VBox([*knobs.values(), image, said])
        return self._box


_VIEW = "application/vnd.jupyter.widget-view+json"


def explorer(draw: Callable[..., Picture], **controls: Slider | Choice) -> Explorer:
    """Controls that redraw one image: `draw` is called with the value of each control by its name."""
    return Explorer(draw, controls)


def _said(picture: Picture) -> str:
    return f'<div role="status" style="max-width:{picture.width}px;line-height:1.4">{html.escape(picture.alt)}</div>'


def _knob(ipywidgets: Any, name: str, control: Slider | Choice) -> Any:
    wide = {"description": control.text or name, "style": {"description_width": "initial"}}
    if isinstance(control, Slider):
        whole = all(float(v).is_integer() for v in (control.low, control.high, control.step, control.value))
        kind = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
        cast: Callable[[Any], Any] = int if whole else float
        return kind(
            min=cast(control.low),
            max=cast(control.high),
            step=cast(control.step),
            value=cast(control.value),
            layout={"width": "420px", "max_width": "100%"},
            **wide,
        )
    return ipywidgets.Dropdown(options=list(control.options), value=control.value, **wide)
