"""``wellbeva survey``: plan a survey, print its questionnaire, and learn a gain from its answers."""

from __future__ import annotations

import typer
from typer.core import TyperGroup

from wellbeva.cli.commands.survey.answers import answers
from wellbeva.cli.commands.survey.plan import plan
from wellbeva.cli.commands.survey.questionnaire import questionnaire


class FilesFirst(TyperGroup):
    """Takes ``survey before.csv after.csv`` for ``survey answers before.csv after.csv``."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Put the word in where the first is neither a verb nor a wish for help.

        Parameters
        ----------
        ctx : typer.Context
        args : list of str
        """
        named = not args or args[0] in {*self.commands, *(ctx.help_option_names or ()), "--help"}
        return super().parse_args(ctx, args if named else ["answers", *args])


app = typer.Typer(
    cls=FilesFirst,
    help="Surveys of a group: plan one, print its questions, learn a gain from answers.",
    no_args_is_help=True,
)
app.command("answers", no_args_is_help=True)(answers)
app.command("plan", no_args_is_help=True)(plan)
app.command("questionnaire")(questionnaire)
