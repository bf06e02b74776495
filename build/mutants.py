#!/usr/bin/env python3
"""Tries all mutants of one folder and prints its score. Called by build/mutate.sh; see docs/mutation.md.

usage: mutants.py WORK REPORT EQUIVALENT FILES…      WORK has tests.txt (classes), the folder beside it run/ (tests, mutated core, runner)

MUTATION_AGAIN=1: only those are tried that survived the last time (WORK/outcomes.txt); the others keep what became of them.
MUTATION_RESUME=1: only those are tried that a run that was stopped had not come to.
"""
import collections, fnmatch, json, os, subprocess, sys

work, report_file, equivalent_file, patterns = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
BATCH = int(os.environ.get("MUTATION_BATCH", "100"))
# CPU milliseconds: a longer test is not tried.
LONGEST = float(os.environ.get("MUTATION_LONGEST", "1000"))
# Of each file every so many-th mutant is tried.
EVERY = int(os.environ.get("MUTATION_EVERY", "1"))
rules = [[part.strip() for part in line.split(" | ")] for line in open(equivalent_file) if line.strip() and not line.startswith("#")]


def text(source, location):
    lines = source.split("\n")
    start, end = location["start"], location["end"]
    picked = lines[start["line"] - 1:end["line"]]
    picked[-1] = picked[-1][:end["column"] - 1]
    picked[0] = picked[0][start["column"] - 1:]
    return "\n".join(picked)


def plain(code):
    return "".join(code.split())


def changes_nothing(path, before, after):
    """A rule names what changes; a condition that became one of its branches stands in parentheses."""
    mine = [(plain(old), plain(new)) for file, old, new, why in rules if fnmatch.fnmatch(os.path.basename(path), file)]
    return any(old in plain(before) and plain(after) in (plain(before).replace(old, new), plain(before).replace(old, new) + ")") for old, new in mine)


def runner(*arguments):
    run = os.path.join(os.path.dirname(work), "run")
    command = ["dotnet", "exec", "--depsfile", f"{run}/Scheduling.Tests.deps.json", "--runtimeconfig", f"{run}/Scheduling.Tests.runtimeconfig.json",
               f"{run}/MutantRunner.dll", *arguments]
    # A mutant that allocates without end must not take the machine along.
    return subprocess.run(command, env={**os.environ, "DOTNET_GCHeapHardLimit": "0x60000000"}, capture_output=True, text=True)


def mutants():
    for path, file in json.load(open(report_file))["files"].items():
        name = path.replace("\\", "/").split("/src/Scheduling/")[-1]
        if not any(fnmatch.fnmatch(name, pattern) for pattern in patterns):
            continue
        for mutant in [m for m in file["mutants"] if m["status"] not in ("Ignored", "CompileError")][EVERY // 2::EVERY]:
            yield int(mutant["id"]), name, mutant["location"]["start"]["line"], text(file["source"], mutant["location"]), mutant.get("replacement") or ""


def ask(what, *files):
    """Lets the runner write the last of the files, unless a run that goes on has it already, of these very tests."""
    tests = os.path.join(os.path.dirname(work), "run", "Scheduling.Tests.dll")
    if os.environ.get("MUTATION_RESUME") and os.path.exists(files[-1]) and os.path.getmtime(files[-1]) > os.path.getmtime(tests):
        return
    answer = runner(what, f"{work}/tests.txt", *files[:-1], f"{files[-1]}.new")
    if answer.returncode != 0:
        sys.exit(f"the tests could not be run: {answer.stderr[-2000:]}")
    os.replace(f"{files[-1]}.new", files[-1])


def coverage():
    """Tests by mutant, the quickest first: (number, CPU milliseconds)."""
    times, cover, numbers = f"{work}/times.txt", f"{work}/cover.txt", f"{work}/numbers.txt"
    ask("time", times)
    cpu = {}
    for line in open(times):
        number, milliseconds, outcome, rest = line.split(" ", 3)
        if outcome != "passes":
            sys.exit(f"without any mutant fails {rest}")
        cpu[int(number)] = float(milliseconds)
    with open(numbers, "w") as lines:
        lines.writelines(f"{number}\n" for number in cpu if cpu[number] <= LONGEST)
    ask("cover", numbers, cover)
    reaching = collections.defaultdict(list)
    for line in open(cover):
        number, reached = line.rstrip("\n").split(" ")
        for mutant in filter(None, reached.split(",") if cpu[int(number)] <= LONGEST else []):
            reaching[int(mutant)].append((int(number), cpu[int(number)]))
    return {mutant: sorted(tests, key=lambda test: test[1]) for mutant, tests in reaching.items()}


def attempt(batch, reaching):
    """What became of a batch, and whether the process was as good as new after it."""
    plan, results = f"{work}/plan.txt", f"{work}/results.txt"
    with open(plan, "w") as lines:
        # Alone in its process a mutant also pays for the compiler.
        lines.writelines(f"{mutant} {' '.join(f'{number}:{cpu + (1000 if len(batch) == 1 else 0)}' for number, cpu in reaching[mutant])}\n" for mutant in batch)
    if os.path.exists(results):
        os.remove(results)
    code = runner("try", f"{work}/tests.txt", plan, results).returncode
    became = {}
    for line in open(results):
        mutant, outcome = line.rstrip("\n").split(" ", 1)
        became[int(mutant)] = outcome
    # Whatever ends the whole process is noticed.
    return {mutant: "Killed it ended the process" if outcome == "Begun" else outcome for mutant, outcome in became.items()}, code != 4


def settled():
    """What became of the mutants that need not be tried again."""
    over = ("Killed", "Timeout", "Survived") if os.environ.get("MUTATION_RESUME") else ("Killed", "Timeout") if os.environ.get("MUTATION_AGAIN") else ()
    words = [line.rstrip("\n").split(" ", 1) for file in ("outcomes.txt", "results.txt") if over and os.path.exists(f"{work}/{file}") for line in open(f"{work}/{file}") if " " in line]
    return {int(mutant): outcome for mutant, outcome in words if outcome.split(" ")[0] in over}


def try_all(todo, reaching, outcomes):
    every = len(todo)
    while todo:
        became, clean = attempt(todo[:BATCH], reaching)
        if not clean:
            became = {mutant: outcome for single in todo[:BATCH] for mutant, outcome in attempt([single], reaching)[0].items()}
        outcomes.update(became)
        todo = [mutant for mutant in todo if mutant not in outcomes]
        with open(f"{work}/outcomes.txt", "w") as lines:
            lines.writelines(f"{mutant} {outcome}\n" for mutant, outcome in sorted(outcomes.items()))
        print(f"{os.path.basename(work)}: {every - len(todo)} of {every}", file=sys.stderr)
    return outcomes


def main():
    known = list(mutants())
    if not known:
        sys.exit(f"no mutants in {' '.join(patterns)}")
    reaching = coverage()
    outcomes = settled()
    outcomes = try_all([mutant for mutant, *_ in known if mutant in reaching and mutant not in outcomes], reaching, outcomes)
    counts = collections.Counter()
    with open(f"{work}/survivors.txt", "w") as survivors:
        for mutant, name, line, before, after in known:
            outcome = outcomes.get(mutant, "NoCoverage").split(" ")[0]
            if outcome in ("Survived", "NoCoverage"):
                if changes_nothing(name, before, after):
                    outcome = "Equivalent"
                else:
                    survivors.write(f"{name}:{line} {outcome}\n    - {' '.join(before.split())}\n    + {' '.join(after.split())}\n")
            counts[outcome] += 1
    found, missed = counts["Killed"] + counts["Timeout"], counts["Survived"] + counts["NoCoverage"]
    print("%.1f %d %d %d %d %d" % (100 * found / max(1, found + missed), counts["Killed"], counts["Timeout"], counts["Survived"], counts["NoCoverage"], counts["Equivalent"]))


main()
