using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Scheduling;

namespace Simulation.Planted;

/// <summary>Tests of the tests: whatever keeps a promise is taken away, and the simulation must see it.</summary>
public sealed class PlantedBugTests
{
    /// <summary>PLANTED_BUGS=RackEpoch,LeaseEnds in the environment hunts these alone.</summary>
    private static IEnumerable<PlantedBug> Wanted => Environment.GetEnvironmentVariable("PLANTED_BUGS") is { } names
        ? PlantedBugs.All.Where(b => names.Split(',').Contains(b.Name.ToString()))
        : PlantedBugs.All;

    public static TheoryData<string> Bugs => [.. Wanted.Select(b => b.ToString())];

    /// <summary>Runs with every guard in place, by ground and seed: several bugs may be found in the same.</summary>
    private static readonly ConcurrentDictionary<(string, int), RunResult> Controls = new();

    [Theory]
    [MemberData(nameof(Bugs))]
    public void Every_planted_bug_is_found_where_nothing_is_found_without_it(string name)
    {
        var bug = PlantedBugs.All.Single(b => b.ToString() == name);
        var result = Hunt.For(bug, bug.Seed, Hunt.Soon);
        Assert.True(result.Finding is { } finding && bug.IsShownBy(finding), Describe(result));
        var control = Controls.GetOrAdd((bug.Ground.Name, result.Seed), _ => Hunt.Control(bug.Ground, result.Seed));
        Assert.True(control.Broken.Count == 0, control.ToString());
    }

    [Fact]
    public void Every_guard_is_taken_away_by_some_bug() =>
        Assert.Empty(Enum.GetValues<Guard>().Except(PlantedBugs.All.SelectMany(b => b.Guards)));

    /// <summary>For reading what happens: HUNT=guard,seed in the environment.</summary>
    [Fact(Explicit = true)]
    public void One_hunt_is_told_step_by_step()
    {
        var wanted = Environment.GetEnvironmentVariable("HUNT")!.Split(',');
        var bug = PlantedBugs.All.Single(b => b.ToString() == wanted[0]);
        var run = Hunt.Told(bug, int.Parse(wanted[1], CultureInfo.InvariantCulture), wanted.Contains("control"), Console.WriteLine);
        Console.WriteLine(run.Counts);
        Assert.True(run.Broken.Count == 0, run.ToString());
    }

    /// <summary>For a new bug: HUNT=guard[+guard],most steps in the environment. Says on which grounds it shows, and how soon.</summary>
    [Fact(Explicit = true)]
    public void Every_ground_is_searched_for_one_bug()
    {
        var wanted = Environment.GetEnvironmentVariable("HUNT")!.Split(',');
        ImmutableArray<Guard> guards = [.. wanted[0].Split('+').Select(Enum.Parse<Guard>)];
        foreach (var ground in Grounds.All)
        {
            var result = Hunt.For(new PlantedBug(guards, ground, "I", 0), firstSeed: 0, long.Parse(wanted[1], CultureInfo.InvariantCulture));
            Console.WriteLine($"{ground}: seed {result.Seed}, {result.Steps} steps, missed {result.Missed}: {result.Finding}");
        }

        Assert.NotEmpty(guards);
    }

    /// <summary>build/planted.sh: from the first seed on, whatever is known; the table goes to the file that PLANTED_TABLE names.</summary>
    [Fact(Explicit = true)]
    public void The_table_of_planted_bugs()
    {
        var results = Wanted.Select(Find).ToList();
        var table = new StringBuilder("| guard taken away | peers' bugs | runs | found by | steps | seed |\n|---|---|---|---|---|---|\n");
        foreach (var result in results)
        {
            table.Append(CultureInfo.InvariantCulture, $"| {result.Bug} | {result.Bug.Threads} | {result.Bug.Ground} | {InOneLine(result.Finding)} | {result.Steps} | {result.Seed} |\n");
        }

        table.Append(CultureInfo.InvariantCulture, $"\n{results.Count(r => r.Finding is not null)} of {results.Count} found, with {results.Sum(r => r.Steps)} steps, the slowest after {results.Max(r => r.Steps)}.\n");

        File.WriteAllText(Environment.GetEnvironmentVariable("PLANTED_TABLE") ?? "planted.md", table.ToString());
        Assert.All(results, r => Assert.NotNull(r.Finding));
    }

    /// <summary>From the first seed on; what does not show within the steps that each has, from the seed on that the test run has for it.</summary>
    private static Hunt.Result Find(PlantedBug bug)
    {
        var first = Hunt.For(bug, firstSeed: 0);
        if (first.Finding is not null || bug.Seed == 0)
        {
            return first;
        }

        var second = Hunt.For(bug, bug.Seed);
        return second with { Steps = first.Steps + second.Steps };
    }

    private static readonly Regex StackTrace = new(@"\s+at [A-Z][\w.<>`]*\(.*", RegexOptions.CultureInvariant);

    /// <summary>From the invariant's number on, without where in the code it was thrown.</summary>
    private static string InOneLine(string? finding)
    {
        const int Longest = 160;
        var line = finding?.Split('\n')[0] ?? "not found";
        var number = Regex.Match(line, @"\bI\d+: ");
        line = StackTrace.Replace(line[(number.Success ? number.Index : 0)..].Replace('|', '/'), "");
        return line.Length <= Longest ? line : line[..Longest] + "…";
    }

    private static string Describe(Hunt.Result result) =>
        $"{result.Bug}: {result.Finding ?? "nothing was found"}; {result.Steps} steps, seed {result.Seed}, the guard was missed {result.Missed} times";
}
