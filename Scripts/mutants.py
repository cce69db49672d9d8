"""Wrong copies of graph files, and what a check says of them. Called by `check-mutants`."""

import argparse
import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import yaml

import core_yaml

# What each mistake can lead to.
PREDICTED = {
    "key removed": {"DUP", "DIVERGE", "OOO"},
    "tx opened": {"PARTIAL", "DUP", "LOST", "SAGA", "STUCK"},
    "acknowledged before": {"LOST", "PARTIAL", "SAGA"},
    "undo dropped": {"SAGA", "PARTIAL"},
}

# Why a mutant may survive, by file, mistake and place. Told beside each survivor; one without a reason is a finding.
SHOWN_ANYWAY = "the original shows the same code of the same subject, as its point is"
SHOWN_UNNAMED = "the original shows this code, too, of something that no expectation names, which is told without subject"
VERSIONED = "the version recognises the same record without a key"
REASONS = {
    ("bank-transfer/two-phase-commit.yaml", "undo dropped"): SHOWN_ANYWAY,
    ("checkout/durable-orchestrator.yaml", "key removed"): SHOWN_UNNAMED,
    ("checkout/durable-orchestrator.yaml", "undo dropped"):
        "no single fault lets the last step happen and its answer be lost as often as it is asked",
    ("iot-ingestion/keyed-by-version.yaml", "key removed"): VERSIONED,
    ("poisoned-partition/skip.yaml", "acknowledged before"): SHOWN_ANYWAY,
    ("report-export/durable-callback.yaml", "undo dropped"): SHOWN_ANYWAY,
    ("research-agent/durable-steps.yaml", "key removed"): SHOWN_UNNAMED,
    ("research-agent/queue-and-retry.yaml", "key removed"): SHOWN_ANYWAY,
    ("search-index/outbox-and-version.yaml", "key removed"): VERSIONED,
    ("trip-booking/try-and-undo.yaml", "undo dropped"): SHOWN_ANYWAY,
}


def step_lists(value):
    """Every list of steps at or below a value, depth first."""
    if isinstance(value, list):
        if value and all(isinstance(item, dict) for item in value):
            yield value
        for item in value:
            yield from step_lists(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from step_lists(item)


def steps_of(node):
    """Every step of a node that stands in a list, with that list and its position there."""
    for steps in step_lists({key: node.get(key) for key in ("do", "handlers")}):
        for position, step in enumerate(steps):
            yield steps, position, step


def carries_weight(graph, step, is_inside_transaction):
    """Whether the step's key is what keeps its effect single.

    Inside a `tx` the inbox row does that, and a call's key only names a run or a request whose effects have keys of their
    own, unless the target is a black box.
    """
    if "key" not in step or is_inside_transaction:
        return False
    target = graph["nodes"].get(str(step.get("call", "")).partition(".")[0], {"kind": "external"})
    return "write" in step or "effect" in step or "call" in step and target.get("kind") == "external"


def called(step):
    return next((str(step[verb]) for verb in ("write", "effect", "call", "tx") if isinstance(step.get(verb), str)), "tx")


def is_fed_by_channel(node, channels):
    trigger = node.get("trigger")
    triggers = trigger if isinstance(trigger, list) else [trigger] if trigger else []
    fed = [word for word in triggers if word != "rpc" and not str(word).startswith(("every ", "cron "))]
    return bool(fed) or any(name in channels for name in node.get("handlers") or {})


def mutants(graph):
    """Pairs of (mistake, place) and the wrong graph, in the order of the file."""
    channels = used_channels(graph)
    for name, node in graph["nodes"].items():
        if not isinstance(node, dict):
            continue
        inner = {id(step) for _, _, outer in steps_of(node) for step in outer.get("tx") or [] if "tx" in outer}
        for index, (_, _, step) in enumerate(steps_of(node)):
            if carries_weight(graph, step, id(step) in inner):
                yield changed(graph, name, index, "key removed", called(step), remove_key)
            if "undo" in step:
                yield changed(graph, name, index, "undo dropped", called(step), drop_undo)
            if isinstance(step.get("tx"), list):
                yield changed(graph, name, index, "tx opened", "tx", open_transaction)
        # The word alone is the key of everything that the node does.
        if node.get("work") == "idempotent" and not any("key" in step for _, _, step in steps_of(node)):
            wrong = copy.deepcopy(graph)
            del wrong["nodes"][name]["work"]
            yield ("key removed", name), wrong
        if node.get("kind") != "client" and node.get("ack") != "before" and is_fed_by_channel(node, channels):
            wrong = copy.deepcopy(graph)
            wrong["nodes"][name]["ack"] = "before"
            yield ("acknowledged before", name), wrong


def used_channels(graph):
    names = set(graph.get("channels") or {})
    for node in graph["nodes"].values():
        for _, _, step in steps_of(node) if isinstance(node, dict) else []:
            names |= {step[verb] for verb in ("publish", "send") if isinstance(step.get(verb), str)}
    return names


def changed(graph, name, index, mistake, place, change):
    wrong = copy.deepcopy(graph)
    node = wrong["nodes"][name]
    steps, position, step = list(steps_of(node))[index]
    change(node, steps, position, step)
    return (mistake, f"{name}/{place}"), wrong


def remove_key(node, steps, position, step):
    del step["key"]
    # The word alone makes a key of the trigger's id.
    if node.get("work") == "idempotent":
        del node["work"]


def drop_undo(node, steps, position, step):
    del step["undo"]


def open_transaction(node, steps, position, step):
    inner = [dict(inner) for inner in step["tx"]]
    if "when" in step:
        for opened in inner:
            opened.setdefault("when", step["when"])
    steps[position : position + 1] = inner
    # Without a `tx` of its own, the whole handler would be the transaction.
    if node.get("work") == "transactional":
        del node["work"]


def check(program, path):
    """(code, subject) of everything a check shows, and its exit code."""
    run = subprocess.run(
        [program, "check", str(path), "--logs", "ideal", "--format", "json", "--quiet", "--jobs", "1"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False)
    if run.returncode not in (0, 1, 3):
        return None, run.stdout.decode() + run.stderr.decode()
    graph = json.loads(run.stdout)["graphs"][0]
    shown = {(found["code"], found["subject"]) for scenario in graph["scenarios"] for found in scenario["anomalies"]}
    search = graph["search"] or {"violations": [], "observed": []}
    shown |= {(found["code"], found["subject"]) for found in search["violations"]}
    shown |= {(found["code"], "") for found in search["observed"]}
    return shown, None


def judge(program, folder, number, original, mistake, wrong):
    path = pathlib.Path(folder) / f"{number}.yaml"
    shown, trouble = None, None
    # A scenario may strike at the very step that the mistake removed; the search needs none.
    for graph in (wrong, {key: value for key, value in wrong.items() if key != "scenarios"}):
        if shown is None:
            path.write_text(yaml.safe_dump(graph, sort_keys=False, allow_unicode=True), encoding="utf-8")
            shown, trouble = check(program, path)
    if shown is None:
        return None, trouble
    new = {code for code, subject in shown - original if code in PREDICTED[mistake]}
    return sorted(new), None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--least", type=float, default=90)
    asked = parser.parse_args()
    program = asked.root / ".build/release/headway"
    files = asked.files or sorted((asked.root / "Graphs").rglob("*.yaml"))
    total = caught = invalid = 0
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = []
        for path in files:
            graph = core_yaml.load(path)
            name = path.resolve().relative_to(asked.root.resolve()) if path.resolve().is_relative_to(
                asked.root.resolve()) else path
            original = pool.submit(check, program, path)
            for (mistake, place), wrong in mutants(graph):
                number = len(jobs)
                jobs.append((name, mistake, place, pool.submit(
                    lambda *job: judge(program, folder, job[0], job[1].result()[0] or set(), *job[2:]),
                    number, original, mistake, wrong)))
        for name, mistake, place, job in jobs:
            new, trouble = job.result()
            total += 1
            if new is None:
                invalid += 1
                print(f"INVALID   {name}: {mistake}: {place}\n{trouble}")
            elif new:
                caught += 1
                if asked.list:
                    print(f"caught    {name}: {mistake}: {place}: {' '.join(new)}")
            else:
                reason = REASONS.get(("/".join(pathlib.Path(name).parts[-2:]), mistake), "no reason is known")
                print(f"survived  {name}: {mistake}: {place}: {reason}")
    share = 100 * caught / total if total else 0
    print(f"{caught} of {total} mutants caught, {share:.1f} %; at least {asked.least:g} % are wanted")
    sys.exit(2 if invalid else 0 if total and share >= asked.least else 1)


if __name__ == "__main__":
    main()
