"""``wellbeva mcp``: a server of tools on standard input and output."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from wellbeva.cli import errors
from wellbeva.cli.options import argument
from wellbeva.core.spans import Span
from wellbeva.errors import Diagnostic, WellbevaError, near_miss, refusal, render
from wellbeva.scenario.text.files import ONLY_BELOW

if TYPE_CHECKING:
    from mcp.server import Server

    from wellbeva.cli.commands.assistant.tools import Tool

MOST_SECONDS: Final = 600
INSTRUCTIONS: Final = """wellbeva works out what community offers give for their money: WELLBYs per pound, how sure that
is, and where each number came from. A scenario is a YAML file. Check it, run it, analyse the run folder, and explain
where a number comes from; data has local statistics, evidence published effects. Paths are relative to {folder}, and
nothing else is read. A run writes to runs/; a call takes at most {seconds} seconds."""


def mcp(
    folder: Annotated[Path, argument("The folder; the one you are in if not given.", "FOLDER")] = Path(),
) -> None:
    """Offer check, run, explain, analyse, data and evidence to an assistant, with the files of one folder.

    It speaks the Model Context Protocol on standard input and output.
    """
    if not folder.is_dir():
        raise refusal("WB-R543", f"{str(folder)!r} is not a folder", "name the folder that has the scenarios")
    try:
        from mcp.server.stdio import stdio_server
    except ImportError:
        raise refusal("WB-R542", "the Model Context Protocol cannot be spoken", "pip install 'wellbeva[mcp]'") from None

    async def serve() -> None:
        made = server(folder.resolve())
        async with stdio_server() as (read, write):
            await made.run(read, write, made.create_initialization_options())

    with contextlib.redirect_stdout(sys.__stdout__):
        asyncio.run(serve())
    raise typer.Exit


def server(folder: Path) -> Server[Any]:
    """Return the server of a folder.

    Parameters
    ----------
    folder : Path
        Absolute, with no link in it.
    """
    from mcp import types
    from mcp.server import Server

    from wellbeva.cli.commands.assistant.tools import TOOLS

    alone = asyncio.Lock()

    async def listed(*_: object) -> types.ListToolsResult:
        return types.ListToolsResult(
            tools=[
                types.Tool(
                    name=name,
                    description=one.description,
                    input_schema=one.input_schema,
                    output_schema=one.output_schema,
                    annotations=types.ToolAnnotations(
                        read_only_hint=name != "run", destructive_hint=False, open_world_hint=False
                    ),
                )
                for name, one in TOOLS.items()
            ]
        )

    async def called(_: object, asked: types.CallToolRequestParams) -> types.CallToolResult:
        try:
            if asked.name not in TOOLS:
                remedy = near_miss(asked.name, TOOLS) or f"there are {', '.join(TOOLS)}"
                raise refusal("WB-R544", f"there is no tool {asked.name[:60]!r}", remedy)
            async with alone:
                document = await answer(TOOLS[asked.name], asked.arguments or {}, folder)
        except Exception as error:  # the last line of defence: no traceback reaches a client
            words = errors.printable("\n\n".join(map(render, errors.diagnosed(error)[0])))
            return types.CallToolResult(content=[types.TextContent(text=words)], is_error=True)
        text = types.TextContent(text=json.dumps(document, ensure_ascii=False))
        return types.CallToolResult(content=[text], structured_content=document)

    words = INSTRUCTIONS.format(folder=folder, seconds=MOST_SECONDS)
    return Server(
        "wellbeva", version=version("wellbeva"), instructions=words, on_list_tools=listed, on_call_tool=called
    )


async def answer(tool: Tool, given: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Run a verb as a process of its own, which ends with the call, and return its document.

    Parameters
    ----------
    tool : Tool
    given : mapping of option to value
        From anybody.
    folder : Path
        Beyond which the process reads nothing.

    Raises
    ------
    WellbevaError
        What the verb refuses; ``WB-R541`` for a file elsewhere, ``WB-R544`` for other options, ``WB-R545`` if it takes
        too long or ends without an answer.
    """
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    if wrong := best_match(Draft202012Validator(tool.input_schema).iter_errors(given)):
        remedy = "see in the list of tools what it takes"
        fact = f"{wrong.json_path}: {errors.printable(wrong.message, 200)}"
        raise refusal("WB-R544", f"the tool {tool.verb!r} cannot be asked so", remedy, fact)
    # -P: no module of the folder is taken for one of ours.
    command = [sys.executable, "-P", "-m", __package__, *tool.command(given, folder)]
    pipe, nowhere = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    environment = {**os.environ, ONLY_BELOW: str(folder)}
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=environment, stdin=pipe, stdout=pipe, stderr=nowhere, start_new_session=True
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(MOST_SECONDS):
            printed = await process.stdout.read()  # its standard input stays open meanwhile
            await process.wait()
    except TimeoutError:
        remedy = "ask for less, or run it on the command line"
        raise refusal("WB-R545", f"{tool.verb} took more than {MOST_SECONDS} seconds", remedy) from None
    finally:
        if process.returncode is None:  # what it began belongs to its session
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.communicate()  # to its end, or its pipes stay open
    if not printed or (process.returncode or 0) < 0:
        remedy = "ask for less: fewer draws, or a smaller model"
        raise refusal("WB-R545", f"{tool.verb} ended without an answer (status {process.returncode})", remedy)
    document = json.loads(printed)
    if process.returncode in {0, errors.MISSED}:
        return document if isinstance(document, dict) else {"items": document}
    places = [one.pop("place") for one in document["errors"]]
    spans = [place and Span(**place) for place in places]
    raise WellbevaError(Diagnostic(span=span, **one) for span, one in zip(spans, document["errors"], strict=True))
