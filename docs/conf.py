"""The documents' site; `make docs` builds it. Pages that are made from the code are written by tools/site first."""

from importlib.metadata import version as installed

from pygments.lexers import TextLexer
from sphinx.application import Sphinx

project = "wellbeva"
author = "The wellbeva authors"
version = release = installed("wellbeva")
language = "en_GB"
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "extra"]
html_theme = "pydata_sphinx_theme"
html_title = "wellbeva"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_extra_path = ["extra"]
html_show_sourcelink = False
html_theme_options = {
    "navbar_align": "left",
    "header_links_before_dropdown": 7,
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_sidebars = {"index": [], "changelog": []}
project_copyright = "the wellbeva authors, MIT licence"
myst_enable_extensions = ["colon_fence", "deflist"]
# A page's own headings may be linked to, as they may be in a checkout.
myst_heading_anchors = 4
# Examples in `text` show a terminal; nothing guesses at another language for them.
highlight_language = "text"
# A notebook that fails fails the build.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
toc_object_entries = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_numpy_docstring = True
napoleon_google_docstring = False
napoleon_use_rtype = False


def setup(app: Sphinx) -> None:
    """Show tables as they stand; Pygments has no lexer for CSV."""
    app.add_lexer("csv", TextLexer)
