# SPDX-License-Identifier: Apache-2.0
"""refusals - what was not agreed does not pass, and the clause that says so."""

from alert import hotline_alert


def show_refusal(demo, title, sender, to, file):
    screen = demo.screen
    result = demo.send(sender, hotline_alert(), to)
    (copy,) = result["copies"]
    if copy.get("accepted"):
        demo.check(False, f"{sender} -> {to} must be refused")
        return
    screen.say(f"{title}:")
    line = int(copy.get("line", 0))
    if file is None or line == 0:
        where = copy.get("clause", "")
    else:
        where = f"clause {copy['clause']}, {file} line {line}"
    screen.say(
        f"REFUSED: {copy['sentence']} ({where}; {copy['reasonName']})",
        indent="     ",
    )
    if file is not None and line:
        text = (demo.world.folder / "agreements" / file).read_text()
        quote = text.splitlines()[line - 1].strip()
        width = screen.width - 12
        short = quote if len(quote) < width else quote[: width - 3] + "..."
        screen.line(screen.paint("2", f"     {line}: {short}"))
    demo.check(bool(copy.get("clause")), "the refusal names its clause")


def show(demo):
    screen = demo.screen
    screen.section("What was not agreed does not pass")
    for case in (
        (
            "Poipet (Cambodia) warns Mae Sai, which is not its partner",
            "blo-poipet@kh",
            "blo-maesai@th",
            "th-kh.yaml",
        ),
        (
            "Korea sends Myanmar an alert; only seizure reports are agreed",
            "ncc@kr",
            "ncc@mm",
            "kr-mm.yaml",
        ),
        (
            "Korea sends Cambodia an alert; they have no agreement",
            "ncc@kr",
            "ncc@kh",
            None,
        ),
    ):
        show_refusal(demo, *case)
    demo.check(
        demo.world.unsettled("blo-poipet@kh", "ncc@kr") == 0,
        "nothing of it left the offices; each refusal is in their journal",
    )
