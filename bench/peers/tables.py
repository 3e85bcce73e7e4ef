"""The Markdown of a run."""
import statistics

from peers import plan
from peers.programs import RECORDERS

WHAT = {recorder.name: recorder.what for recorder in RECORDERS}


def _frames(count, rate):
    if count == 0:
        return "0"
    seconds = count / rate
    return f"{count:,} ({seconds:.1f} s)" if seconds >= 1 else f"{count:,} ({1000 * seconds:.1f} ms)"


def _slipped(seen):
    """Whether channels are no longer where they belong, so that numbers tell nothing. One frame of a thousand is looked
    at; a few of them can be of a period that the server itself had not finished."""
    return seen["shifted"] * 1000 > seen["present"] / 100


def _lost(seen):
    """What one take has lost, in words."""
    if seen is None:
        return ""
    if "not_run" in seen:
        return "not run"
    if seen.get("first") is None:
        return "everything: " + ("no header" if seen.get("exists") else "no file")
    did_not_end = "" if seen["ended_by_itself"] else ", did not end"
    if _slipped(seen):
        wanted = round(seen["seconds"] * seen["rate"])
        return f"**channels slipped**, {seen['present']:,} frames of {wanted:,} in the file{did_not_end}"
    text = _frames(seen["lost"], seen["rate"])
    if seen["listener_missed"]:
        text += f", server {seen['listener_missed']:,}"
    if seen.get("told") and seen["told"]["frames_lost"] is not None:
        text += f", ring {seen['told']['frames_lost']:,}"
    extras = [("ended early, without", seen["short"]), ("as silence", seen["silent"])]
    for words, count in extras:
        if count:
            text += f", {words} {_frames(count, seen['rate'])}"
    return text + did_not_end


def _mib(seen):
    return f"{seen['memory_bytes'] / 2**20:.0f}"


def _cpu(seen):
    return f"{100 * seen['cpu_s'] / max(seen['took_s'], 0.1):.1f} %"


def _several(takes):
    """Takes of one cell that can be counted: medians and ranges."""
    rate = takes[0]["rate"]

    def range_of(numbers):
        return f"{_frames(round(statistics.median(numbers)), rate)} [{min(numbers):,} to {max(numbers):,}]"

    text = range_of([seen["lost"] + seen["short"] for seen in takes])
    text += f", server {range_of([seen['listener_missed'] or 0 for seen in takes])}"
    rings = [seen["told"]["frames_lost"] for seen in takes if seen.get("told")]
    if len(rings) == len(takes) and None not in rings:
        text += f", ring {max(rings):,} at most" if max(rings) else ", ring 0"
    return text


def _spread(takes):
    """The takes of one cell: one text if they are alike, medians if they can be counted, else all of them."""
    texts = list(dict.fromkeys(_lost(seen) for seen in takes))
    counted = [seen for seen in takes if seen.get("first") is not None and seen["ended_by_itself"] and not _slipped(seen)]
    if len(texts) == 1 or len(counted) < 3:
        return "; ".join(texts)
    others = [_lost(seen) for seen in takes if seen not in counted]
    return "; ".join([_several(counted), *others])


def loss_table(takes, losses):
    names = [loss.name for loss in losses]
    lines = ["| recorder | channels | " + " | ".join(loss.title for loss in losses)
             + " | exit status | server xruns | CPU | memory, MiB |",
             "|---|---|" + "---|" * len(losses) + "---|---|---|---|"]
    rows = dict.fromkeys((seen["recorder"], seen["channels"]) for seen in takes if seen["row"] == "loss")
    for name, channels in rows:
        mine = [seen for seen in takes if (seen["recorder"], seen["channels"], seen["row"]) == (name, channels, "loss")]
        cells = {disk: [seen for seen in mine if seen["disk"] == disk] for disk in names}
        ran = [seen for seen in mine if "not_run" not in seen]
        calm = [seen for seen in ran if seen["disk"] == names[0]]
        statuses = ", ".join(str(seen["exit_status"]) for seen in ran)
        xruns = ", ".join(str(seen["server_xruns"]) if seen["server_xruns"] is not None else "?" for seen in ran)
        lines.append(f"| `{name}` | {channels} | " + " | ".join(_spread(cells[disk]) for disk in names)
                     + f" | {statuses} | {xruns} | {_cpu(calm[0]) if calm else ''} | "
                     + ", ".join(_mib(seen) for seen in ran) + " |")
    return lines


def _header(seen):
    if not seen.get("exists"):
        return "no file"
    if seen["header"] is None:
        return "none that can be read"
    claimed, present = seen["claimed"], seen["present"]
    if claimed == present:
        return "right"
    if claimed > present:
        return f"claims {claimed:,}, **too many**"
    return f"claims {claimed:,}, " + ("too few" if claimed else "**none**")


def _words(line):
    return (line if len(line) <= 120 else line[:120] + "...").replace("|", "\\|") or "(nothing)"


def _of(count, offered):
    return f"{count:,}" + (f" ({offered - count:,} missing)" if offered > count else "")


def _end_row(seen, title, offered, status):
    if seen.get("header") is None:
        counts = "0 | 0"
    else:
        counts = f"{_of(seen['readable'], offered)} | {_of(seen['present'], offered)}"
    return f"| `{seen['recorder']}` | {title} | {_header(seen)} | {counts} | {status} |"


def end_table(takes):
    lines = ["| recorder | end | header | frames a reader gets | frames in the file | ended by itself | exit status "
             "| last line on stderr | on stdout |", "|---|---|---|---|---|---|---|---|---|"]
    titles = {end.name: end.title for end in plan.ENDS}
    for seen in takes:
        if seen["row"] != "end":
            continue
        title = titles[seen["end"]]
        if "not_run" in seen:
            lines.append(f"| `{seen['recorder']}` | {title} | not run | | | | | {seen['not_run']} | |")
            continue
        # Without what is missing in between: mostly the server's doing, and in the table of losses.
        offered = max(0, seen.get("offered", 0) - seen.get("lost", 0))
        itself = "yes" if seen["ended_by_itself"] else "**no**, nor after SIGTERM" if seen["exit_status"] == -9 else "**no**"
        if seen.get("had_to_be_told"):
            itself = "**no**, SIGINT after the take"
        status = f"{itself} | {seen['exit_status']} | {_words(seen['last_line'])} | {_words(seen['last_line_stdout'])}"
        before = seen.get("before_recover")
        if before:
            lines.append(_end_row(dict(seen, **before), title, offered, status))
            tools = seen["tools"]
            lines.append(_end_row(seen, "then `ringproc recover` and `ringproc repair`", offered,
                                  f" | {', '.join(str(tool['exit_status']) for tool in tools)} "
                                  f"| {_words(tools[0]['last_line'])} | {_words(tools[1]['last_line'])}"))
        else:
            lines.append(_end_row(seen, title, offered, status))
    return lines


LEGEND = (
    "- frames: numbers that the feeder played and the file skips, wherever they got lost;",
    "- server: frames that a client missed in the same take which only listens; whoever records loses about as many;",
    "- several takes: the median and, in brackets, the least and the most of them, lost and missing at the end together;",
    "- ring: those that the recorder itself says its ring had no room for (where it says so);",
    "- as silence: zeros stand there; ended early: the file lacks so many at its end;",
    "- slipped: samples are missing within frames, and later ones are in the place of another channel's;",
    "- did not end: not within 8 s after the take and the stall;",
    "- exit status, xruns, memory: one per take, in the order of the columns; CPU: user and system time of the first take, of "
    "one core.",
)


def markdown(report, losses):
    """Returns: the text of bench/RESULTS.md's section."""
    takes = report["takes"]
    facts = [f"- {name.replace('_', ' ')}: {report[name]}" for name in
             ("machine", "kernel", "file_system", "date", "version", "load_at_start", "command")]
    lines = ["# Recorders side by side", "", *facts, "",
             "Frames lost of takes of " + ", ".join(f"{loss.seconds:g} s ({loss.title})" for loss in losses)
             + ", at 192 kHz in periods of 64 frames:", "", *loss_table(takes, losses), "",
             *LEGEND, "",
             f"What is left after an end that was not planned, {plan.END_CHANNELS} channels. Missing: of the frames until "
             f"the signal, those behind the last one. Full disk: {plan.FULL_MEBIBYTES} MiB of tmpfs, a take of 10 s:", "",
             *end_table(takes), "", "The recorders:", ""]
    lines += [f"- `{name}`: {WHAT[name]}" for name in dict.fromkeys(seen["recorder"] for seen in takes)]
    notes = dict.fromkeys(f"- `{seen['recorder']}`: {seen['not_run']}" for seen in takes if "not_run" in seen)
    if notes:
        lines += ["", "Not run:", "", *notes]
    return "\n".join(lines) + "\n"
